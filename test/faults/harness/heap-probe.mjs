import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded before a tracker by NODE_OPTIONS: when its parent asks, collects what nobody holds, and tells what is left.
 */

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('message', ({ ask }) => {
  if (ask !== 'heap') return;
  // What is freed with a buffer is seen by the second.
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  process.send({ kind: 'heap', bytes: heapUsed + external });
});
