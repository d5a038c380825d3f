import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect the old part of its heap once it has grown by a tenth, where it would let it double or more. What is
 * old here are the programs, and they seldom change: so it costs little, and with 100,000 of them the process takes 260
 * MB in place of 430 (Node 24). To be called before the heap grows.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=10');
}
