import { expect, test } from 'vitest';
import type { Fault, FaultResult } from '../fault.ts';
import { faultIds, loadFaults } from './fault-programs.ts';
import { markdownReport, plainTable } from './report.ts';
import { runFault } from './run-fault.ts';

const surroundings = { short: true, seed: 1, say: () => {} };
const events = { accepted: 1_200, persisted: 1_200, missing: 0, duplicates: 0 };

function faultThat(run: () => Promise<FaultResult>): Fault {
  return { id: 'F99', injects: 'a fault of the tests', expects: 'what they say', run };
}

const shows = (result: Partial<FaultResult>) => {
  const whole = { events, figure: '7 | 8 ms', violations: [], ...result };
  return runFault(
    faultThat(async () => whole),
    surroundings,
  );
};

test('a fault holds when nothing is missing, nothing twice, and its program says nothing else', async () => {
  expect(await shows({})).toMatchObject({ holds: true, result: { violations: [] } });
});

test.each([
  ['is missing', { events: { ...events, missing: 1 } }],
  ['is there twice', { events: { ...events, duplicates: 1 } }],
  ['was accepted at all', { events: { ...events, accepted: 0, persisted: 0 } }],
  ['else does not hold', { violations: ['It did not.'] }],
])('one does not where something %s', async (_, result) => {
  const report = await shows(result);
  expect(report.holds).toBe(false);
  expect(report.result.violations).toHaveLength(1);
});

test('one that throws did not hold, and says why', async () => {
  const report = await runFault(
    faultThat(() => Promise.reject(new Error('The part did not start.'))),
    surroundings,
  );
  expect(report).toMatchObject({ holds: false, result: { events: null } });
  expect(report.result.violations[0]).toContain('The part did not start.');
});

test('the table has a row for each, with its figures', async () => {
  const reports = [await shows({}), await shows({ events: null, violations: ['It did not.'] })];
  const rows = plainTable(reports)
    .split('\n')
    .filter((row) => row.startsWith('F99'));
  expect(rows).toEqual([
    expect.stringMatching(/ 1,200 +1,200 +0 +0 +7 \| 8 ms +\d+\.\d +yes$/),
    expect.stringMatching(/ – +– +– +– +7 \| 8 ms +\d+\.\d +NO$/),
  ]);

  const markdown = markdownReport(reports, 'the short form, seed 1', new Date('2026-01-02T03:04:05Z'));
  expect(markdown).toMatch(/^Run on 2026-01-02, .*Node .*: the short form, seed 1\.$/m);
  expect(markdown).toContain('| 1,200 | 1,200 | 0 | 0 | 7 \\| 8 ms |');
  expect(markdown).toContain('- F99: It did not.');
});

test('programs are found by the names of their files, and an id that is none is told with all that are', async () => {
  const ids = faultIds();
  expect(ids).toContain('F1');
  expect(await loadFaults(['f1'])).toMatchObject([{ id: 'F1' }]);
  await expect(loadFaults(['F1', 'F99'])).rejects.toThrow(
    `There is no fault F99; there are ${ids.join(', ')}.`,
  );
});
