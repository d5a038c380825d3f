import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives all test workers of a run one file to note their real parts in. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-parts-'));
  process.env.TEST_REAL_PARTS_FILE = join(folder, 'parts.txt');
  return () => rmSync(folder, { recursive: true, force: true });
}
