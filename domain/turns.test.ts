import { expect, test } from 'vitest';
import { FakeClock } from '../test/helpers/fake-clock.ts';
import { turns } from './turns.ts';

test('lets so many through a second, one after the other, and each for what it weighs', async () => {
  const clock = new FakeClock();
  const turn = turns(clock, 10);
  const throughMs: number[] = [];
  for (const weight of [undefined, 5, undefined, undefined]) {
    turn(weight).then(() => throughMs.push(clock.monotonicMs()));
  }
  await clock.advance(10_000);
  expect(throughMs).toEqual([0, 100, 600, 700]);
});

test('who comes after a pause does not wait, nor may make up for it', async () => {
  const clock = new FakeClock();
  const turn = turns(clock, 10);
  await turn();
  await clock.advance(60_000);
  await turn();
  const second = turn();
  expect(clock.timers).toBe(1);
  await clock.advance(100);
  await second;
});
