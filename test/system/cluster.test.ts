import { afterAll, beforeAll, expect, test } from 'vitest';
import { shortfall } from '../faults/harness/load.ts';
import { type System, withSystem } from '../faults/harness/system.ts';
import type { TrackerChild } from '../faults/harness/tracker-child.ts';
import { until } from '../helpers/until.ts';

/**
 * One cluster of real processes, in the order of its life: what its one admin port tells, how it is renewed, and how it
 * ends where its primary is killed. Then what clients were told is compared with the event store and the ledger.
 */

let system: System;
let cluster: TrackerChild;
let endSystem: () => void;
let down: Promise<void>;

const settings = {
  TRACKLINE_WORKERS: '2',
  TRACKLINE_DRAIN_DELAY_MS: '1500',
  // A program that is fetched for the first time on a busy machine is no failed call.
  TRACKLINE_REDIS_TIMEOUT_MS: '450',
};

beforeAll(async () => {
  await new Promise<void>((resolve, reject) => {
    down = withSystem({ short: true, seed: 28, say: () => {} }, {}, async (built) => {
      system = built;
      cluster = system.tracker(settings);
      await cluster.start();
      resolve();
      await new Promise<void>((end) => {
        endSystem = end;
      });
    });
    down.catch(reject);
  });
});
afterAll(async () => {
  endSystem?.();
  await down;
});

const pidsOf = async () => (await cluster.workers()).map(({ pid }) => pid);
const acceptedIn = () => cluster.metric('trackline_verdicts_total', 'verdict="accepted"');

async function acceptedMore(calls: number): Promise<void> {
  const from = system.oracle.accepted;
  await until('calls to be accepted', () => system.oracle.accepted >= from + calls);
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('what keeps a cluster from starting is told once, and is its exit code', async () => {
  const onTakenPort = system.tracker({ ...settings, TRACKLINE_PORT: new URL(cluster.url).port });
  const said = await onTakenPort.start().then(
    () => '',
    (error: Error) => error.message,
  );
  expect(said).toMatch(/ended with 1 before/);
  expect(said.match(/EADDRINUSE/g)).toHaveLength(1);
});

test('one admin port tells of all workers, and names the one that is silent', async () => {
  const ask = (path: string, init?: RequestInit) => fetch(`${cluster.adminUrl}${path}`, init);
  const load = system.load({ urls: [cluster.url], perSecond: 500, concurrency: 8 });
  await acceptedMore(100);
  await load.stop();
  const workers = await cluster.workers();
  expect(workers.map(({ acceptedThrough }) => acceptedThrough > 0)).toEqual([true, true]);
  expect(await acceptedIn()).toBe(system.oracle.accepted);
  expect(await (await ask('/readyz')).json()).toMatchObject({ ready: true, degraded: false });
  expect((await ask('/program-cache', { method: 'DELETE' })).status).toBe(204);

  process.kill(workers[1]!.pid, 'SIGSTOP');
  try {
    const [readiness, ledger, forgotten, accepted] = await Promise.all([
      ask('/readyz'),
      ask('/ledger'),
      ask('/program-cache', { method: 'DELETE' }),
      acceptedIn(),
    ]);
    expect(readiness.status).toBe(200);
    expect(await readiness.json()).toMatchObject({
      ready: true,
      degraded: true,
      workers: [{ reasons: [] }, { reasons: ['worker_silent'] }],
    });
    expect(await ledger.json()).toMatchObject({ workers: [{ answered: true }, { answered: false }] });
    expect(forgotten.status).toBe(503);
    expect(accepted).toBe(system.oracle.accepted);
  } finally {
    process.kill(workers[1]!.pid, 'SIGCONT');
  }
  await until('it to answer again', async () => (await cluster.workers()).length === 2);
});

test('a restart renews every worker while no call fails, and sums go on', async () => {
  const before = await pidsOf();
  // Each has one connection, keeps it as long as it may, and calls several times within a drain's delay.
  const clients = Array.from({ length: 32 }, () =>
    system.load({ urls: [cluster.url], perSecond: 10, concurrency: 1 }),
  );
  await acceptedMore(100);
  cluster.signal('SIGUSR2');
  const areOthers = async () => {
    const now = await pidsOf();
    return now.length === 2 && now.every((pid) => !before.includes(pid));
  };
  await until('all workers to be others', areOthers, 50_000);
  await acceptedMore(100);
  const counts = await Promise.all(clients.map((client) => client.stop()));
  expect(counts.flatMap(shortfall)).toEqual([]);
  expect(before.filter(isThere)).toEqual([]);
  expect(await acceptedIn()).toBe(system.oracle.accepted);
  expect(await cluster.metric('trackline_worker_ends_total', 'cause="told"')).toBe(2);
});

test('workers whose primary is killed drain, under load, and are gone', async () => {
  const load = system.load({ urls: [cluster.url], perSecond: 500, concurrency: 8 });
  await acceptedMore(100);
  const pids = await pidsOf();
  await cluster.kill();
  await until('the workers to be gone', () => !pids.some(isThere));
  await load.stop();
});

test('of all that, nothing is missing, and nothing is left behind', async () => {
  const { events, violations, ledger } = await system.settle();
  expect(violations).toEqual([]);
  expect(events.accepted).toBeGreaterThan(400);
  expect(ledger).toMatchObject({ lost: 0, unvouched: 0 });
});
