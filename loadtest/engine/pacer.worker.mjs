// The thread of the exact pacer: sleeps until the time that it is told, to a tenth of a millisecond, which no
// timer of an event loop does, and then says so. See pacer.ts.
import { parentPort, workerData } from 'node:worker_threads';

/** [0] counts what was told; -1 ends it. */
const told = new Int32Array(workerData, 0, 1);
/** [0] when to wake, in milliseconds since the epoch. */
const due = new Float64Array(workerData, 8, 1);

for (let last = 0; ; ) {
  Atomics.wait(told, 0, last);
  const now = Atomics.load(told, 0);
  if (now === -1) break;
  const inMs = due[0] - (performance.timeOrigin + performance.now());
  // Told anew meanwhile: begin again.
  if (inMs > 0 && Atomics.wait(told, 0, now, inMs) !== 'timed-out') continue;
  last = now;
  parentPort.postMessage(null);
}
