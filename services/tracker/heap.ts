import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 collect the old part of its heap once it has grown by four tenths, where it would let it grow to its double
 * and beyond: what is old here are the programs, which seldom change. With 100,000 of them the process took 219 to 260
 * MB in some runs, and 500 in others (Node 24): what decides between the two is not known yet.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=40');
}
