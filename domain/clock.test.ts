import { describe, expect, test } from 'vitest';
import { FakeClock } from '../test/helpers/fake-clock.ts';
import { delay, systemClock } from './clock.ts';

describe('systemClock', () => {
  test('tells the wall’s time', () => {
    const before = Date.now();
    const told = systemClock.wallMs();
    expect(told).toBeGreaterThanOrEqual(before);
    expect(told).toBeLessThanOrEqual(Date.now());
  });

  test('has a monotonic time that goes on and never back', async () => {
    const from = systemClock.monotonicMs();
    await delay(systemClock, 5);
    // A timer may fire a fraction of a millisecond early by this clock.
    expect(systemClock.monotonicMs() - from).toBeGreaterThanOrEqual(4);
  });

  test('runs a task once, after its delay, in order of time', async () => {
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      systemClock.after(10, () => {
        ran.push('later');
        resolve();
      });
      systemClock.after(1, () => ran.push('sooner'));
    });
    expect(ran).toEqual(['sooner', 'later']);
  });

  test('does not run what was cancelled', async () => {
    let ran = false;
    const timer = systemClock.after(1, () => {
      ran = true;
    });
    timer.cancel();
    await delay(systemClock, 10);
    expect(ran).toBe(false);
  });
});

test('delay resolves when its clock has come to it, and not before', async () => {
  const clock = new FakeClock();
  let resolved = false;
  const waiting = delay(clock, 1000).then(() => {
    resolved = true;
  });
  await clock.advance(999);
  expect(resolved).toBe(false);
  await clock.advance(1);
  await waiting;
  expect(resolved).toBe(true);
});
