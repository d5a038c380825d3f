import { randomFillSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { broken, ScriptedEventStream, taken } from '../../../test/helpers/scripted-event-stream.ts';
import { statement } from '../../../test/helpers/statements.ts';
import { limits } from '../limits.ts';
import { Statements } from './statements.ts';

function buildStatements() {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  const account = {
    writer: 'w',
    instance: 'tracker-1',
    acceptedThrough: 0,
    rejected: 0,
    shed: 0,
    ignored: 0,
    lost: 0,
  };
  const failures: { readonly code: string; readonly final: boolean }[] = [];
  const statements = new Statements({
    stream,
    clock,
    random: () => 0.5,
    randomBytes: randomFillSync,
    everyMs: 10_000,
    limits,
    account: () => account,
    telemetry: { statementFailed: (failure) => failures.push(failure) },
  });
  return { clock, stream, account, statements, failures };
}

describe('Statements', () => {
  test('states right at the start, and every ten seconds how the account stands then', async () => {
    const { clock, stream, account, statements } = buildStatements();
    const beganMs = clock.wallMs();
    statements.start();
    await clock.advance(0);
    Object.assign(account, { acceptedThrough: 7, rejected: 1, shed: 2, ignored: 3 });
    await clock.advance(9_999);
    expect(stream.statements).toEqual([statement({ writer: 'w', atMs: beganMs })]);
    await clock.advance(1);
    expect(stream.statements[1]).toEqual({ ...account, atMs: beganMs + 10_000, final: false });
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
    const { clock, stream, account, statements } = buildStatements();
    statements.start();
    await clock.advance(0);
    stream.outcome = (_record, call) => (call < 3 ? broken : taken);
    Object.assign(account, { acceptedThrough: 9, lost: 4 });
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
