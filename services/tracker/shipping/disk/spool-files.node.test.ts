import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nodeSpoolFiles as files } from './spool-files.node.ts';

test('what is made is for its owner alone, since events tell of people', async () => {
  const root = mkdtempSync(join(tmpdir(), 'trackline-spool-files-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  // As lax as a process may be about what it makes.
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const folder = join(root, 'spool/slot-1');
  await files.makeFolder(folder);
  await (await files.create(join(folder, 'a.segment'))).close();
  await (await files.lock(join(folder, 'lock')))!.free();
  const modeOf = (path: string) => (statSync(join(root, path)).mode & 0o777).toString(8);
  expect(['spool', 'spool/slot-1'].map(modeOf)).toEqual(['700', '700']);
  expect(['spool/slot-1/a.segment', 'spool/slot-1/lock'].map(modeOf)).toEqual(['600', '600']);
});
