import { PerformanceObserver } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded before a server by NODE_OPTIONS: tells who started it of its heap, and of the pauses of its garbage
 * collection. It does nothing until it is asked.
 */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
let pausesMs = [];
const observer = new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) pausesMs.push(duration);
});

process.on('message', ({ ask }) => {
  if (ask === 'heap') {
    // What is freed with a buffer is seen by the second.
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    process.send({ kind: 'heap', bytes: heapUsed + external });
  } else if (ask === 'watch pauses') {
    pausesMs = [];
    observer.observe({ entryTypes: ['gc'] });
    process.send({ kind: 'watching pauses' });
  } else if (ask === 'pauses') {
    observer.disconnect();
    process.send({ kind: 'pauses', pausesMs });
  }
});
