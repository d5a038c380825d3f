import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import type { Readiness } from '../watching/reports.ts';
import { ClusterReports } from './cluster-reports.ts';
import { MergedMetrics } from './merged-metrics.ts';
import type { MergedVerdicts } from './merged-verdicts.ts';

const isReady: Readiness = { ready: true, reasons: [] };
const isFull: Readiness = { ready: false, reasons: ['spool_not_writable'] };

/** A cluster of so many workers, whose listeners answer everything with what is given; null: nothing. */
function cluster(answers: readonly unknown[], { workers = 2, isEnding = false } = {}) {
  return new ClusterReports({
    workers,
    supervisor: {
      isEnding,
      listeners: () =>
        answers.map((_, index) => ({ id: index, name: { worker: index + 1, pid: 100 + index } })),
    },
    asking: { ask: async (id) => answers[id] as never },
    metrics: new MergedMetrics(),
    verdicts: {} as MergedVerdicts,
    registry: new Registry(),
  });
}

test.each([
  ['all are ready', [isReady, isReady], { ready: true, reasons: [], degraded: false }],
  ['one is not', [isReady, isFull], { ready: true, reasons: [], degraded: true }],
  ['one is silent', [null, isReady], { ready: true, reasons: [], degraded: true }],
  ['one is not there', [isReady], { ready: true, reasons: [], degraded: true }],
  ['none is', [isFull, null], { ready: false, reasons: ['spool_not_writable', 'worker_silent'] }],
  ['there is none', [], { ready: false, reasons: ['no_worker'] }],
])('readiness where %s', async (_, answers, told) => {
  expect(await cluster(answers).readiness()).toMatchObject(told);
});

test('from the signal on it is not ready, whatever its workers say', async () => {
  const readiness = await cluster([isReady, isReady], { isEnding: true }).readiness();
  expect(readiness).toMatchObject({ ready: false, reasons: ['draining'], degraded: false });
});

test('each worker is named with what it says', async () => {
  expect((await cluster([isReady, null]).readiness()).workers).toEqual([
    { worker: 1, pid: 100, ready: true, reasons: [] },
    { worker: 2, pid: 101, ready: false, reasons: ['worker_silent'] },
  ]);
  expect(await cluster([{ writer: 'w' }, null]).ledger()).toEqual({
    workers: [
      { worker: 1, pid: 100, answered: true, writer: 'w' },
      { worker: 2, pid: 101, answered: false },
    ],
  });
});

test('programs are forgotten where every worker says so', async () => {
  expect(await cluster([true, true]).forgetPrograms()).toBeNull();
  expect(await cluster([true, null]).forgetPrograms()).toBe('worker_silent');
});
