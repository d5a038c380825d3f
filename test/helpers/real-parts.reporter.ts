import { existsSync, readFileSync } from 'node:fs';
import type { Reporter } from 'vitest/node';

/** Ends the run's summary with the real parts that its tests ran against. */
export default class RealPartsReporter implements Reporter {
  onTestRunEnd(): void {
    const file = process.env.TEST_REAL_PARTS_FILE;
    if (!file || !existsSync(file)) return;
    const parts = [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))].sort();
    process.stdout.write(
      `\n Real parts that the tests ran against:\n${parts.map((part) => `   ${part}\n`).join('')}`,
    );
  }
}
