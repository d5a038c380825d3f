import { delay } from '@trackline/domain/clock';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { Drain, type DrainParts } from './drain.ts';

const ledger = {
  writer: 'writer-1',
  acceptedThrough: 9,
  sentThrough: 2,
  leftOnDisk: 0,
  rejected: 0,
  shed: 0,
  ignored: 0,
};
const never = new Promise<void>(() => {});

function buildDrain(overrides: Partial<DrainParts> = {}) {
  const clock = new FakeClock();
  const steps: string[] = [];
  const note = (step: string) => steps.push(`${clock.monotonicMs()} ${step}`);
  const drain = new Drain({
    clock,
    delayMs: 5_000,
    timeoutMs: 20_000,
    stalledMs: 3_000,
    lookEveryMs: 100,
    lastPutsMs: 1_000,
    finalStatementMs: 2_000,
    async closePublicServer(untilMs) {
      note(`close until ${untilMs}`);
    },
    async flush() {
      note('flush');
    },
    async stopSending() {
      note('stop sending');
    },
    unsent: () => 0,
    atRisk: () => 0,
    queuedBytes: () => 0,
    giveUp: () => 0,
    ledger: () => ({ ...ledger, lost: overrides.giveUp?.() ?? 0 }),
    async lastStatement(untilMs) {
      note(`state until ${untilMs}`);
      return true;
    },
    telemetry: {
      drainBegan: ({ cause }) => note(`began: ${cause}`),
      drainEnded: ({ lost }) => note(`ended, ${lost} lost`),
      drainCutShort: ({ lost }) => note(`cut short, ${lost} lost`),
    },
    ...overrides,
  });
  let exitCode: number | null = null;
  void drain.ended.then((code) => {
    exitCode = code;
  });
  return { clock, drain, steps, exitCode: () => exitCode };
}

/** Nobody else has them. */
const inMemory = { unsent: () => 7, atRisk: () => 7, giveUp: () => 7 };

describe('Drain', () => {
  test('serves on for the delay, closes, flushes, states, and ends with 0', async () => {
    const { clock, drain, steps, exitCode } = buildDrain();
    expect(drain.began).toBe(false);
    drain.signal('SIGTERM');
    expect(drain.began).toBe(true);
    await clock.advance(4_999);
    expect(steps).toEqual(['0 began: SIGTERM']);
    await clock.advance(1);
    expect(steps.slice(1)).toEqual([
      '5000 close until 25000',
      '5000 flush',
      '5000 stop sending',
      '5000 state until 7000',
      '5000 ended, 0 lost',
    ]);
    expect(exitCode()).toBe(0);
  });

  test('what is not flushed in time is lost: it says so, and ends with 1', async () => {
    const { clock, drain, steps, exitCode } = buildDrain({ flush: () => never, ...inMemory });
    drain.signal('SIGTERM');
    await clock.advance(24_999);
    expect(exitCode()).toBeNull();
    await clock.advance(1);
    expect(exitCode()).toBe(1);
    expect(steps.slice(-2)).toEqual(['25000 state until 27000', '25000 ended, 7 lost']);
  });

  test('what closing takes is time that the flush has no more', async () => {
    const { clock, drain, steps } = buildDrain({
      closePublicServer: () => delay(clock, 15_000),
      flush: () => never,
      ...inMemory,
    });
    drain.signal('SIGTERM');
    await clock.advance(60_000);
    expect(steps.slice(-2)).toEqual(['25000 state until 27000', '25000 ended, 7 lost']);
  });

  test('calls under way are heard out before anything is given up, within their own time', async () => {
    let heard = () => {};
    const parts = {
      flush: () => never,
      unsent: () => unsent,
      atRisk: () => unsent,
      stopSending: () => new Promise<void>((resolve) => (heard = resolve)),
      giveUp: () => unsent,
    };
    let unsent = 7;
    const inTime = buildDrain(parts);
    inTime.drain.signal('SIGTERM');
    await inTime.clock.advance(25_999);
    expect(inTime.exitCode()).toBeNull();
    unsent = 0;
    heard();
    await inTime.clock.advance(0);
    expect(inTime.steps.at(-1)).toBe('25999 ended, 0 lost');
    expect(inTime.exitCode()).toBe(0);

    unsent = 7;
    const tooLate = buildDrain(parts);
    tooLate.drain.signal('SIGTERM');
    await tooLate.clock.advance(26_000);
    expect(tooLate.steps.slice(-2)).toEqual(['26000 state until 28000', '26000 ended, 7 lost']);
  });

  test('one that was cut short says nothing more', async () => {
    const { clock, drain, steps, exitCode } = buildDrain();
    drain.signal('SIGINT');
    await clock.advance(1_000);
    drain.signal('SIGINT');
    await clock.advance(60_000);
    expect(exitCode()).toBe(0);
    expect(steps.slice(0, 2)).toEqual(['0 began: SIGINT', '1000 cut short, 0 lost']);
    expect(steps.filter((step) => /state|ended|cut short/.test(step))).toHaveLength(1);
  });

  test('a signal repeated within a second is the same signal', async () => {
    const { clock, drain, steps, exitCode } = buildDrain();
    drain.signal('SIGINT');
    await clock.advance(999);
    drain.signal('SIGINT');
    drain.signal('SIGTERM');
    expect(steps).toHaveLength(1);
    expect(exitCode()).toBeNull();
  });

  test('one that comes later ends the process at once', async () => {
    const { clock, drain, steps, exitCode } = buildDrain({ giveUp: () => 3 });
    drain.signal('SIGINT');
    await clock.advance(1_000);
    drain.signal('SIGINT');
    await clock.advance(0);
    expect(exitCode()).toBe(1);
    expect(steps.at(-1)).toBe('1000 cut short, 3 lost');
  });

  test('a lost parent begins the drain, and never cuts it short', async () => {
    const { clock, drain, exitCode } = buildDrain();
    drain.begin('disconnect');
    await clock.advance(2_000);
    drain.begin('disconnect');
    await clock.advance(0);
    expect(exitCode()).toBeNull();
    await clock.advance(3_000);
    expect(exitCode()).toBe(0);
  });
});

describe('where the disk keeps what is unsent', () => {
  const stopped = (steps: readonly string[]) => steps.find((step) => step.endsWith('stop sending'));

  test('a stream that takes nothing is not waited for to the end, and nothing is lost', async () => {
    const { clock, drain, steps, exitCode } = buildDrain({ flush: () => never, unsent: () => 7 });
    drain.signal('SIGTERM');
    await clock.advance(7_900);
    expect(stopped(steps)).toBeUndefined();
    await clock.advance(100);
    expect(stopped(steps)).toBe('8000 stop sending');
    expect(steps.at(-1)).toBe('8000 ended, 0 lost');
    expect(exitCode()).toBe(0);
  });

  test('it goes on as long as something is sent, and no longer than its time', async () => {
    let unsent = 1_000_000;
    const { clock, drain, steps, exitCode } = buildDrain({ flush: () => never, unsent: () => unsent });
    drain.signal('SIGTERM');
    for (let i = 0; i < 24; i++) {
      await clock.advance(1_000);
      unsent--;
    }
    expect(stopped(steps)).toBeUndefined();
    await clock.advance(1_000);
    expect(stopped(steps)).toBe('25000 stop sending');
    expect(exitCode()).toBe(0);
  });

  test('as long as one event is in this process alone, it goes on', async () => {
    let atRisk = 1;
    const { clock, drain, steps } = buildDrain({
      flush: () => never,
      unsent: () => 7,
      atRisk: () => atRisk,
    });
    drain.signal('SIGTERM');
    await clock.advance(10_000);
    expect(stopped(steps)).toBeUndefined();
    atRisk = 0;
    await clock.advance(3_000);
    expect(stopped(steps)).toBe('13000 stop sending');
  });

  test('what waits for the disk is kept first, and then sent', async () => {
    let queued = 1;
    const { clock, drain, steps, exitCode } = buildDrain({ queuedBytes: () => queued });
    drain.signal('SIGTERM');
    await clock.advance(7_000);
    expect(steps.at(-1)).toBe('5000 close until 25000');
    queued = 0;
    await clock.advance(100);
    expect(steps.slice(2, 4)).toEqual(['7100 flush', '7100 stop sending']);
    expect(exitCode()).toBe(0);
  });

  test('a disk that keeps nothing holds up the end for the drain’s time, and what waits for it is lost', async () => {
    const { clock, drain, steps, exitCode } = buildDrain({ queuedBytes: () => 1, ...inMemory });
    drain.signal('SIGTERM');
    await clock.advance(25_000);
    expect(steps.at(-1)).toBe('25000 ended, 7 lost');
    expect(exitCode()).toBe(1);
  });

  test('leaves no timer behind', async () => {
    const { clock, drain } = buildDrain({ unsent: () => 7 });
    drain.signal('SIGTERM');
    await clock.advance(30_000);
    expect(clock.timers).toBe(0);
  });
});
