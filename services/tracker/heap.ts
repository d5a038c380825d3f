import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import type { Clock } from '@trackline/domain/clock';

const MiB = 1024 ** 2;

/** Beyond, most of the heap are programs. */
const largeBytes = 64 * MiB;
const lookEveryMs = 1_000;

/**
 * Has V8 collect a large heap once it has grown by four tenths, where it would let it grow to its double and beyond.
 * What is old there are programs, which seldom change: it costs little, and with 100,000 of them the process takes 280
 * MB in place of 480. A small heap is left as it is: to collect it more often made calls wait for 14 ms in place of 4
 * (p99; both on Node 24, started with --single-threaded-gc and --max-semi-space-size=16).
 */
export function watchHeap(clock: Clock): void {
  let wasLarge = false;
  look();

  function look(): void {
    const isLarge = getHeapStatistics().used_heap_size > largeBytes;
    // 0 is V8's own way.
    if (isLarge !== wasLarge) setFlagsFromString(`--heap-growing-percent=${isLarge ? 40 : 0}`);
    wasLarge = isLarge;
    clock.after(lookEveryMs, look);
  }
}
