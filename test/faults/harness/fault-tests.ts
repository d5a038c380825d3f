import { afterAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../../helpers/real-parts.ts';
import { faultIds, loadFaults } from './fault-programs.ts';
import { plainTable } from './report.ts';
import { type FaultReport, runFault } from './run-fault.ts';

/** The seed of every run of the tests: the runner tries others. */
const seed = 1;
const timeoutMs = 300_000;

/**
 * Tests fault programs in their short form, one test each.
 *
 * @param isOurs by a program's number, whether it is in this file: a worker takes a file at a time
 */
export async function testFaults(isOurs: (number: number) => boolean): Promise<void> {
  const ours = faultIds().filter((id) => isOurs(Number(id.slice(1))));
  const faults = ours.length === 0 ? [] : await loadFaults(ours);
  describe('faults', () => {
    const reports: FaultReport[] = [];
    afterAll(() => void process.stdout.write(`\n${plainTable(reports)}\n`));

    for (const fault of faults) {
      test.skipIf(skipWithout(fault.id, fault.missing ?? null))(
        `${fault.id}: ${fault.injects}: ${fault.expects}`,
        async () => {
          const report = await runFault(fault, { short: true, seed, say: () => {} });
          reports.push(report);
          expect(report.result.violations).toEqual([]);
        },
        timeoutMs,
      );
    }
  });
}
