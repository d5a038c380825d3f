import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import { broken, taken } from '../../test/helpers/scripted-event-stream.ts';
import { buildTracker, GivenPrograms, program } from '../../test/helpers/tracker.ts';
import { until } from '../../test/helpers/until.ts';
import type { Tracker } from './tracker.ts';

const impression = '/v1/impression/aurora-shoes';

describe('a tracker', () => {
  test('states at once, answers, sends and states a last time', async () => {
    const { tracker, stream, url } = await buildTracker({}, true);
    await until('the first statement', () => stream.statements.length === 1);
    expect(stream.statements[0]).toMatchObject({ writer: 'writer-1', acceptedThrough: 0, final: false });
    for (let i = 0; i < 3; i++) await fetch(url + impression);
    await fetch(`${url}/v1/impression/nowhere`);
    await fetch(url + impression, { method: 'HEAD' });
    tracker.drain.signal('SIGTERM');
    expect(await tracker.drain.ended).toBe(0);
    expect(stream.events.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect(stream.statements.at(-1)).toMatchObject({
      acceptedThrough: 3,
      rejected: 1,
      ignored: 1,
      lost: 0,
      final: true,
    });
  });

  test('what the stream will not take in time is lost, and said everywhere: log, statement, exit code', async () => {
    const { tracker, stream, url, adminUrl, logged } = await buildTracker(
      { settings: { drainTimeoutMs: 50 } },
      true,
    );
    await until('the first statement', () => stream.statements.length === 1);
    stream.outcome = () => broken;
    for (let i = 0; i < 3; i++) await fetch(url + impression);
    tracker.drain.signal('SIGTERM');
    await until('the loss to be counted', async () => (await account(adminUrl)).lost === 3);
    stream.outcome = () => taken;
    expect(await tracker.drain.ended).toBe(1);
    expect(stream.events).toEqual([]);
    expect(stream.statements.at(-1)).toMatchObject({ acceptedThrough: 3, lost: 3, final: true });
    expect(logged).toContainEqual(
      expect.objectContaining({
        event: 'events_lost',
        events: 3,
        msg: expect.stringContaining('3 accepted'),
      }),
    );
  });

  test('a call that is under way when it closes is answered, and counts', async () => {
    const programs = new GivenPrograms();
    let know = (_: ProgramLookup) => {};
    programs.set('aurora-shoes', new Promise((resolve) => (know = resolve)));
    const drainTimeoutMs = 10_000;
    const { tracker, stream, url } = await buildTracker({ programs, settings: { drainTimeoutMs } }, true);
    const reply = fetch(url + impression);
    await until('the call', () => connections(tracker));
    tracker.drain.signal('SIGTERM');
    await until('the port to be closed', () => !tracker.publicServer.server.listening);
    know({ kind: 'known', program: program(), unverified: false });
    const answeredMs = performance.now();
    expect((await reply).headers.get('x-tracking-verdict')).toBe('accepted');
    expect(await tracker.drain.ended).toBe(0);
    // Its connection was kept, and is closed as soon as it is idle, long before the drain's time is over.
    expect(performance.now() - answeredMs).toBeLessThan(drainTimeoutMs / 2);
    expect(stream.events).toHaveLength(1);
  });

  test('a call that never ends does not hold up the end', async () => {
    const programs = new GivenPrograms();
    programs.set('aurora-shoes', new Promise(() => {}));
    const { tracker, url } = await buildTracker({ programs, settings: { drainTimeoutMs: 100 } }, true);
    const reply = fetch(url + impression).then(
      () => 'answered',
      () => 'closed',
    );
    await until('the call', () => connections(tracker));
    tracker.drain.signal('SIGTERM');
    expect(await tracker.drain.ended).toBe(0);
    expect(await reply).toBe('closed');
  });

  async function account(adminUrl: string) {
    return (await (await fetch(`${adminUrl}/ledger`)).json()) as { lost: number };
  }

  function connections(tracker: Tracker): Promise<boolean> {
    return new Promise((resolve) => {
      tracker.publicServer.server.getConnections((_error, count) => resolve(count > 0));
    });
  }
});
