import { delay } from '@trackline/domain/clock';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { Drain, type DrainParts } from './drain.ts';

function buildDrain(overrides: Partial<DrainParts> = {}) {
  const clock = new FakeClock();
  const steps: string[] = [];
  const note = (step: string) => steps.push(`${clock.monotonicMs()} ${step}`);
  const drain = new Drain({
    clock,
    delayMs: 5_000,
    timeoutMs: 20_000,
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
    giveUp: () => 0,
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
    const never = new Promise<void>(() => {});
    const { clock, drain, steps, exitCode } = buildDrain({ flush: () => never, giveUp: () => 7 });
    drain.signal('SIGTERM');
    await clock.advance(24_999);
    expect(exitCode()).toBeNull();
    await clock.advance(1);
    expect(exitCode()).toBe(1);
    expect(steps.slice(-2)).toEqual(['25000 state until 27000', '25000 ended, 7 lost']);
  });

  test('what closing takes is time that the flush has no more', async () => {
    const never = new Promise<void>(() => {});
    const { clock, drain, steps } = buildDrain({
      closePublicServer: () => delay(clock, 15_000),
      flush: () => never,
      giveUp: () => 7,
    });
    drain.signal('SIGTERM');
    await clock.advance(60_000);
    expect(steps.slice(-2)).toEqual(['25000 state until 27000', '25000 ended, 7 lost']);
  });

  test('calls under way are heard out before anything is given up, within their own time', async () => {
    let heard = () => {};
    const never = new Promise<void>(() => {});
    const parts = {
      flush: () => never,
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
    expect(exitCode()).toBe(1);
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
