// Loaded into a tracker by `--profile`: profiles its CPU from when the file `begin` lies in the folder until
// its end, and leaves a .cpuprofile there, as `node --cpu-prof` would, which profiles the start too.
import { existsSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { join } from 'node:path';
import { isMainThread } from 'node:worker_threads';

const folder = process.env.LOADTEST_PROFILES;
const lookEveryMs = 100;

if (isMainThread && folder) {
  const looking = setInterval(() => {
    if (!existsSync(join(folder, 'begin'))) return;
    clearInterval(looking);
    begin();
  }, lookEveryMs).unref();
}

function begin() {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.on('exit', () => {
    // Inside one process the answer is there when the call returns.
    session.post('Profiler.stop', (error, answer) => {
      if (!error) writeFileSync(join(folder, `${process.pid}.cpuprofile`), JSON.stringify(answer.profile));
    });
  });
}
