import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { RawConnection } from '../../test/helpers/raw-http.ts';
import { broken, ScriptedEventStream, taken } from '../../test/helpers/scripted-event-stream.ts';
import { buildTracker, GivenPrograms, program } from '../../test/helpers/tracker.ts';
import { until } from '../../test/helpers/until.ts';
import { drainMsMax, limits } from './limits.ts';
import { MemorySpool } from './shipping/spool.memory.ts';
import type { Tracker } from './tracker.ts';

const impression = '/v1/impression/aurora-shoes';

/** A spool of which nothing would be lost. */
class KeptSpool extends MemorySpool {
  override account() {
    return { ...super.account(), atRisk: 0, onDisk: true };
  }
}

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
    const { programs, asked, know } = unknownAtFirst();
    const { tracker, stream, url } = await buildTracker({ programs }, true);
    const reply = fetch(url + impression);
    await until('the call', asked);
    tracker.drain.signal('SIGTERM');
    await until('the port to be closed', () => !tracker.publicServer.server.listening);
    know();
    expect((await reply).headers.get('x-tracking-verdict')).toBe('accepted');
    expect(await tracker.drain.ended).toBe(0);
    expect(stream.events).toHaveLength(1);
  });

  test('a body that is under way when it closes is heard out, and its event is sent', async () => {
    const { tracker, stream, url } = await buildTracker({}, true);
    const body = JSON.stringify([{ type: 'impression', programId: 'aurora-shoes' }]);
    const connection = await RawConnection.open(url);
    await connection.send(
      `POST /v1/events HTTP/1.1\r\nHost: t.example\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    // So that it is known to be under way.
    expect((await connection.reply())!.status).toBe(100);
    tracker.drain.signal('SIGTERM');
    await until('the port to be closed', () => !tracker.publicServer.server.listening);
    await connection.send(body);
    expect(await connection.reply()).toMatchObject({
      status: 202,
      headers: { 'x-tracking-verdict': 'accepted; accepted=1; rejected=0; shed=0' },
    });
    expect(await tracker.drain.ended).toBe(0);
    expect(stream.events).toHaveLength(1);
  });

  test('a body that never comes holds up the end no longer than the drain’s time', async () => {
    const { tracker, url } = await buildTracker({ settings: { drainTimeoutMs: 100 } }, true);
    const connection = await RawConnection.open(url);
    await connection.send(
      'POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n' +
        'Expect: 100-continue\r\n\r\n',
    );
    expect((await connection.reply())!.status).toBe(100);
    tracker.drain.signal('SIGTERM');
    expect(await tracker.drain.ended).toBe(0);
    expect(await connection.rest()).toBe('');
  });

  test('a connection that became idle after its answer is closed at once', async () => {
    const { programs, asked, know } = unknownAtFirst();
    const drainTimeoutMs = 20_000;
    const { tracker, url } = await buildTracker({ programs, settings: { drainTimeoutMs } }, true);
    const connection = await RawConnection.open(url);
    await connection.send(`GET ${impression} HTTP/1.1\r\nHost: t.example\r\n\r\n`);
    await until('the call', asked);
    tracker.drain.signal('SIGTERM');
    await until('the port to be closed', () => !tracker.publicServer.server.listening);
    know();
    // It was taken before the drain began, so its answer does not end the connection.
    expect((await connection.reply())!.headers.connection).toBe('keep-alive');
    const answeredMs = performance.now();
    expect(await connection.rest()).toBe('');
    expect(await tracker.drain.ended).toBe(0);
    // Seen: 50 ms; without another look at what is idle, the 10 s that a call may take.
    expect(performance.now() - answeredMs).toBeLessThan(5_000);
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

  test('what is under way when the time is over is heard out before it is called lost', async () => {
    const clock = new FakeClock();
    const { tracker, stream, logged } = await buildTracker({ clock });
    await fill(tracker, clock, 3);
    stream.hold();
    await clock.advance(limits.sendLingerMs);
    expect(stream.underWay).toBe(1);
    tracker.drain.signal('SIGTERM');
    await turnUntil('the flush', clock, 100, () => clock.monotonicMs() > 5_500);
    stream.letGo();
    await turnUntil('the end', clock, 0, () => logged.some(isDrainEnded));
    expect(logged.find(isDrainEnded)).toMatchObject({ lost: 0, lastStatementSent: true });
    expect(await tracker.drain.ended).toBe(0);
    expect(stream.events).toHaveLength(3);
    expect(stream.statements.at(-1)).toMatchObject({ acceptedThrough: 3, lost: 0, final: true });
  });

  test('where the disk keeps it, a stream that takes nothing is not waited for: the ledger says what is left', async () => {
    const clock = new FakeClock();
    const stream = new ScriptedEventStream();
    const spool = new KeptSpool({ writer: 'writer-1', clock, bytesMax: 2 ** 20, limits });
    const { tracker, logged } = await buildTracker({
      clock,
      stream,
      spool,
      settings: { drainTimeoutMs: 20_000 },
    });
    stream.outcome = () => broken;
    await fill(tracker, clock, 3);
    await tracker.publicServer.inject('/v1/impression/nowhere');
    tracker.drain.signal('SIGTERM');
    await turnUntil('the end', clock, 100, () => logged.some(isDrainEnded));
    const line = logged.find(isDrainEnded)!;
    expect(line).toMatchObject({
      writer: 'writer-1',
      acceptedThrough: 3,
      sentThrough: 0,
      leftOnDisk: 3,
      lost: 0,
      rejected: 1,
      shed: 0,
      ignored: 0,
    });
    expect(line.tookMs).toBeLessThan(limits.drainStalledMs + limits.lastPutsMs + limits.finalStatementMs);
    expect(await tracker.drain.ended).toBe(0);
    expect(logged.some(({ event }) => event === 'events_lost')).toBe(false);
  });

  test('during the delay connections are left open, and new ones taken; each answer says that it is the last', async () => {
    const clock = new FakeClock();
    const { tracker, url } = await buildTracker({ clock, settings: { drainDelayMs: 5_000 } }, true);
    const call = `GET ${impression} HTTP/1.1\r\nHost: t.example\r\n\r\n`;
    const ask = async (connection: RawConnection) => {
      await connection.send(call);
      const reply = await connection.reply();
      return [reply?.headers['x-tracking-verdict'], reply?.headers.connection];
    };
    const [idle, busy] = [await RawConnection.open(url), await RawConnection.open(url)];
    for (const connection of [idle, busy]) expect(await ask(connection)).toEqual(['accepted', 'keep-alive']);
    tracker.drain.signal('SIGTERM');
    await clock.advance(4_999);
    expect(await ask(busy)).toEqual(['accepted', 'close']);
    expect(await busy.rest()).toBe('');
    expect(await ask(await RawConnection.open(url))).toEqual(['accepted', 'close']);
    expect(idle.ended).toBe(false);
    await turnUntil('the port to be closed', clock, 1, () => !tracker.publicServer.server.listening);
    expect(await idle.rest()).toBe('');
  });

  test('a stream that never answers holds up the end no longer than the phases of a drain take', async () => {
    const clock = new FakeClock();
    const settings = { drainDelayMs: 1_000, drainTimeoutMs: 5_000 };
    const { tracker, stream, logged } = await buildTracker({ clock, settings });
    await fill(tracker, clock, 3);
    stream.hold();
    await clock.advance(limits.sendLingerMs);
    tracker.drain.signal('SIGTERM');
    await turnUntil('the end', clock, 50, () => logged.some(isDrainEnded));
    const { tookMs, lost } = logged.find(isDrainEnded) as { tookMs: number; lost: number };
    expect(lost).toBe(3);
    const bounds = { TRACKLINE_DRAIN_DELAY_MS: 1_000, TRACKLINE_DRAIN_TIMEOUT_MS: 5_000 };
    expect(tookMs).toBeLessThanOrEqual(drainMsMax(limits, bounds));
  });

  test('events are lost once, however often somebody signals', async () => {
    const clock = new FakeClock();
    const { tracker, stream, logged } = await buildTracker({ clock, settings: { drainTimeoutMs: 50 } });
    await fill(tracker, clock, 3);
    stream.outcome = () => broken;
    tracker.drain.signal('SIGTERM');
    const lost = async () => (await tracker.adminServer.inject('/ledger')).json().lost;
    await turnUntil('the loss', clock, 50, async () => (await lost()) === 3);
    await turnUntil('another signal', clock, 50, () => clock.monotonicMs() > 1_050);
    tracker.drain.signal('SIGTERM');
    tracker.drain.signal('SIGTERM');
    expect(await tracker.drain.ended).toBe(1);
    expect(await lost()).toBe(3);
    expect(logged.filter(({ event }) => event === 'events_lost')).toMatchObject([{ events: 3 }]);
  });

  const isDrainEnded = ({ event }: Readonly<Record<string, unknown>>) => event === 'drain_ended';

  /** A program that the first call has to wait for, until the test says that it is there. */
  function unknownAtFirst() {
    const programs = new GivenPrograms();
    let isAsked = false;
    let know = (_: ProgramLookup) => {};
    const found = new Promise<ProgramLookup>((resolve) => {
      know = resolve;
    });
    programs.lookup = () => {
      isAsked = true;
      return found;
    };
    return {
      programs,
      asked: () => isAsked,
      know: () => know({ kind: 'known', program: program(), unverified: false }),
    };
  }

  /** Has `count` impressions accepted, none of them sent yet. */
  async function fill(tracker: Tracker, clock: FakeClock, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await tracker.publicServer.inject(impression);
    expect(clock.monotonicMs()).toBe(0);
  }

  /** Turns the clock on, step by step, until something is so; what takes real time has it meanwhile. */
  function turnUntil(what: string, clock: FakeClock, stepMs: number, isSo: () => boolean | Promise<boolean>) {
    return until(what, async () => {
      await clock.advance(stepMs);
      return isSo();
    });
  }

  async function account(adminUrl: string) {
    return (await (await fetch(`${adminUrl}/ledger`)).json()) as { lost: number };
  }

  function connections(tracker: Tracker): Promise<boolean> {
    return new Promise((resolve) => {
      tracker.publicServer.server.getConnections((_error, count) => resolve(count > 0));
    });
  }
});
