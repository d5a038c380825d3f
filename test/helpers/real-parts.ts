import { appendFileSync } from 'node:fs';

/**
 * Which real parts the tests ran against: each test file that starts one says so here, and the run's summary
 * names them all. In CI a part that is not there is a failure, so that no suite can pass by leaving itself
 * out.
 */
export function ranAgainst(part: string): void {
  const file = process.env.TEST_REAL_PARTS_FILE;
  if (file) appendFileSync(file, `${part}\n`);
}

/**
 * For `describe.skipIf(...)`: true where `part` is missing and that may be forgiven, which is never so in CI.
 *
 * @param missing why the part can't run here, and what to install; null where it can
 */
export function skipWithout(part: string, missing: string | null): boolean {
  if (missing === null) return false;
  if (process.env.CI) throw new Error(`${part} is needed in CI: ${missing}`);
  ranAgainst(`${part}: NOT RUN (${missing})`);
  return true;
}
