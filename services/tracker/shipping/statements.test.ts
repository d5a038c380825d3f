import { randomFillSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { broken, ScriptedEventStream, taken } from '../../../test/helpers/scripted-event-stream.ts';
import { statement } from '../../../test/helpers/statements.ts';
import { limits } from '../limits.ts';
import type { EndedWriter, SpoolAccount, SpoolBooks } from './spool.ts';
import { Statements, type StatementsOptions } from './statements.ts';

/** Books that a test writes. */
class GivenBooks implements SpoolBooks {
  writer = 'w';
  own: SpoolAccount = {
    ...{ acceptedThrough: 0, sentThrough: 0, unsent: 0, unsentSinceMs: null, unconfirmed: 0 },
    ...{ atRisk: 0, usedBytes: 0, bytesMax: 1, writable: true, onDisk: true },
  };
  before: EndedWriter[] = [];

  account(): SpoolAccount {
    return this.own;
  }

  ended(): readonly EndedWriter[] {
    return this.before;
  }

  forget(writer: string): void {
    if (!this.before.some((each) => each.writer === writer)) throw new Error(`${writer} has not ended.`);
    this.before = this.before.filter((each) => each.writer !== writer);
  }
}

function endedWriter(writer: string, unsent: number): EndedWriter {
  const unsentSinceMs = unsent === 0 ? null : -30_000;
  return { writer, acceptedThrough: 50, sentThrough: 50 - unsent, unsent, unsentSinceMs };
}

function buildStatements(options: Partial<StatementsOptions> = {}) {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  const spool = new GivenBooks();
  const counts = { rejected: 0, shed: 0, ignored: 0, lost: 0 };
  const failures: { readonly code: string; readonly final: boolean }[] = [];
  const beganMs = clock.wallMs();
  const statements = new Statements({
    stream,
    clock,
    random: () => 0.5,
    randomBytes: randomFillSync,
    everyMs: 10_000,
    limits,
    spool,
    instance: 'tracker-1',
    sinceMs: beganMs,
    waitsForSpool: true,
    counts: () => counts,
    telemetry: { statementFailed: (failure) => failures.push(failure) },
    ...options,
  });
  const account = (now: Partial<SpoolAccount>) => {
    spool.own = { ...spool.own, ...now };
  };
  /** The newest statement of a writer that was taken. */
  const said = (writer: string) => stream.statements.findLast((each) => each.writer === writer);
  return { clock, stream, spool, account, counts, statements, failures, beganMs, said };
}

describe('Statements', () => {
  test('states right at the start, and every ten seconds how the account stands then', async () => {
    const { clock, stream, account, counts, statements, beganMs } = buildStatements();
    statements.start();
    await clock.advance(0);
    account({ acceptedThrough: 7, sentThrough: 4, unsent: 2, unsentSinceMs: 9_000, unconfirmed: 1 });
    Object.assign(counts, { rejected: 1, shed: 2, ignored: 3 });
    await clock.advance(9_999);
    const first = statement({ writer: 'w', atMs: beganMs, sinceMs: beganMs, onDisk: true });
    expect(stream.statements).toEqual([first]);
    await clock.advance(1);
    const account7 = { acceptedThrough: 7, sentThrough: 4, unsent: 2, unconfirmed: 1 };
    expect(stream.statements[1]).toEqual({
      ...first,
      ...account7,
      ...counts,
      atMs: beganMs + 10_000,
      oldestUnsentAtMs: beganMs + 9_000,
    });
    expect(stream.records.map(({ partitionKey }) => partitionKey)).toEqual(['w', 'w']);
  });

  test('one that fails is told, and left to the next', async () => {
    const { clock, stream, statements, failures } = buildStatements();
    stream.outcome = (_record, call) => (call === 0 ? broken : taken);
    statements.start();
    await clock.advance(9_999);
    expect(stream.calls).toHaveLength(1);
    expect(failures).toEqual([{ code: 'InternalFailure', final: false }]);
    await clock.advance(1);
    expect(stream.statements).toHaveLength(1);
  });

  test('the last one is tried until it is through, and is the last', async () => {
    const { clock, stream, account, counts, statements } = buildStatements();
    statements.start();
    await clock.advance(0);
    stream.outcome = (_record, call) => (call < 3 ? broken : taken);
    account({ acceptedThrough: 9 });
    counts.lost = 4;
    const ended = statements.end(clock.monotonicMs() + 2_000);
    await clock.advance(2_000);
    expect(await ended).toBe(true);
    expect(stream.statements.at(-1)).toMatchObject({ acceptedThrough: 9, lost: 4, final: true });
    await clock.advance(60_000);
    expect(stream.calls).toHaveLength(4);
  });

  test('the last one gives up when its time is over, and says so', async () => {
    const { clock, stream, statements, failures } = buildStatements();
    stream.outcome = () => broken;
    const ended = statements.end(clock.monotonicMs() + 2_000);
    await clock.advance(2_000);
    expect(await ended).toBe(false);
    expect(failures.every(({ final }) => final)).toBe(true);
  });

  test('the last one waits for no answer beyond its time, neither an earlier one’s nor its own', async () => {
    const { clock, stream, statements } = buildStatements();
    stream.hold();
    statements.start();
    let ended: boolean | null = null;
    void statements.end(clock.monotonicMs() + 2_000).then((through) => {
      ended = through;
    });
    await clock.advance(1_999);
    expect(stream.calls).toHaveLength(2);
    expect(ended).toBeNull();
    await clock.advance(1);
    expect(ended).toBe(false);
  });

  test('nothing is said after the last one, though the first is answered only then', async () => {
    const { clock, stream, statements } = buildStatements();
    stream.hold();
    statements.start();
    void statements.end(clock.monotonicMs() + 2_000);
    stream.letGo();
    await clock.advance(60_000);
    expect(stream.statements.map(({ final }) => final)).toEqual([false, true]);
  });

  test('the time of one is later than that of the one before, or they would be one row', async () => {
    const { clock, stream, statements } = buildStatements();
    statements.start();
    expect(await statements.end(clock.monotonicMs() + 2_000)).toBe(true);
    clock.jumpWall(-3_600_000);
    expect(await statements.end(clock.monotonicMs() + 2_000)).toBe(true);
    const beganMs = stream.statements[0]!.atMs;
    expect(stream.statements.map(({ atMs }) => atMs - beganMs)).toEqual([0, 1, 2]);
  });
});

describe('what is answered accepted outlives the process', () => {
  test.each([
    [true, true, true],
    [true, false, false],
    [false, true, false],
  ])('a spool on disk: %s; waited for: %s; so it is said: %s', async (onDisk, waitsForSpool, said) => {
    const { clock, account, stream, statements } = buildStatements({ waitsForSpool });
    account({ onDisk });
    statements.start();
    await clock.advance(0);
    expect(stream.statements).toMatchObject([{ onDisk: said }]);
  });
});

describe('writers that ended', () => {
  test('are told of until all of theirs is on the stream; then comes their last, and they are forgotten', async () => {
    const { clock, spool, counts, statements, said, beganMs } = buildStatements();
    counts.rejected = 5;
    spool.before = [endedWriter('dead', 20)];
    statements.start();
    await clock.advance(0);
    expect(said('dead')).toEqual(
      statement({
        ...{ writer: 'dead', atMs: beganMs, sinceMs: beganMs, oldestUnsentAtMs: beganMs - 30_000 },
        ...{ acceptedThrough: 50, sentThrough: 30, unsent: 20, onDisk: true },
      }),
    );
    spool.before = [endedWriter('dead', 0)];
    await clock.advance(10_000);
    expect(said('dead')).toMatchObject({ final: true, acceptedThrough: 50, unsent: 0, rejected: 0 });
    expect(spool.before).toEqual([]);
    expect(said('w')).toMatchObject({ final: false, rejected: 5 });
  });

  test('are not forgotten until their last statement is through', async () => {
    const { clock, stream, spool, statements, failures, said } = buildStatements();
    stream.outcome = ({ partitionKey }, call) => (partitionKey === 'dead' && call < 2 ? broken : taken);
    spool.before = [endedWriter('dead', 0)];
    statements.start();
    await clock.advance(10_000);
    expect(spool.before).toHaveLength(1);
    expect(failures).toEqual([
      { code: 'InternalFailure', final: true },
      { code: 'InternalFailure', final: true },
    ]);
    await clock.advance(10_000);
    expect(said('dead')).toMatchObject({ final: true });
    expect(spool.before).toEqual([]);
  });

  test('the writer that a new one follows is one of them from then on, and its counts move on', async () => {
    const { clock, spool, counts, account, statements, said, beganMs } = buildStatements();
    counts.shed = 1;
    account({ acceptedThrough: 50 });
    statements.start();
    await clock.advance(0);
    expect(said('w')).toMatchObject({ acceptedThrough: 50, shed: 1 });
    spool.writer = 'w2';
    spool.before = [endedWriter('w', 0)];
    account({ acceptedThrough: 2 });
    counts.shed = 3;
    await clock.advance(10_000);
    expect(said('w')).toMatchObject({ final: true, acceptedThrough: 50, shed: 0, sinceMs: beganMs });
    expect(said('w2')).toMatchObject({ final: false, acceptedThrough: 2, shed: 3, sinceMs: beganMs });
  });

  test('a drain says their last where it can, and leaves the others to the next start', async () => {
    const { clock, stream, spool, statements, said } = buildStatements();
    stream.outcome = ({ partitionKey }, call) => (partitionKey !== 'w' && call === 0 ? broken : taken);
    spool.before = [endedWriter('waits', 3), endedWriter('done', 0)];
    const ended = statements.end(clock.monotonicMs() + 2_000);
    await clock.advance(2_000);
    expect(await ended).toBe(true);
    expect(spool.before.map(({ writer }) => writer)).toEqual(['waits']);
    expect(said('waits')).toMatchObject({ final: false, unsent: 3 });
    expect(stream.statements.filter(({ writer }) => writer === 'w')).toHaveLength(1);
  });

  test.each([
    ['has something to send', 50, endedWriter('w', 20)],
    ['had accepted more', 40, endedWriter('w', 0)],
  ])(
    'one that ended while its last statement was on its way, and %s, is kept',
    async (_, through, before) => {
      const { clock, stream, spool, account, statements } = buildStatements();
      account({ acceptedThrough: through });
      stream.hold();
      const ended = statements.end(clock.monotonicMs() + 2_000);
      spool.writer = 'w2';
      spool.before = [before];
      stream.letGo();
      expect(await ended).toBe(true);
      expect(spool.before).toEqual([before]);
    },
  );

  test('as many go into a call as it takes, and those first that can then be forgotten', async () => {
    const { clock, stream, spool, statements } = buildStatements({ limits: { ...limits, putRecordsMax: 3 } });
    const [a, b] = [endedWriter('a', 9), endedWriter('b', 9)];
    spool.before = [a, b, endedWriter('c', 0), endedWriter('d', 0), endedWriter('e', 0)];
    statements.start();
    await clock.advance(20_000);
    expect(stream.calls.map((records) => records.map(({ partitionKey }) => partitionKey))).toEqual([
      ['w', 'c', 'd'],
      ['w', 'e', 'a'],
      ['w', 'a', 'b'],
    ]);
    expect(spool.before).toEqual([a, b]);
  });
});
