import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { VerdictRing } from '../watching/verdict-ring.ts';
import { MergedVerdicts } from './merged-verdicts.ts';

function twoWorkers(entriesMax = 100) {
  const clock = new FakeClock();
  const limits = {
    verdictRingEntriesMax: entriesMax,
    verdictsShownPerSecondMax: 100,
    verdictsPushedEveryMs: 250,
  };
  const rings = [new VerdictRing(clock, limits), new VerdictRing(clock, limits)] as const;
  let asked = 0;
  const merged = new MergedVerdicts({
    clock,
    limits,
    async ask(after) {
      asked++;
      return rings.map((ring, index) => ({
        id: index + 10,
        worker: index + 1,
        sampling: ring.sampling,
        verdicts: ring.after(after(index + 10)),
      }));
    },
  });
  const note = (worker: 1 | 2, programId: string) =>
    rings[worker - 1]!.note('impression', programId, null, '');
  /** What a reader gets that looks, and looks again. */
  const look = async (after = 0) => {
    await clock.advance(250);
    merged.after(after);
    await clock.advance(250);
    return merged.after(after);
  };
  return { clock, merged, note, look, asked: () => asked };
}

test('all workers’ verdicts come in one order, each once, and each names its worker', async () => {
  const { clock, note, look } = twoWorkers();
  note(2, 'a');
  await clock.advance(1);
  note(1, 'b');
  const first = await look();
  expect(first).toMatchObject([
    { number: 1, programId: 'a', worker: 2 },
    { number: 2, programId: 'b', worker: 1 },
  ]);
  note(1, 'c');
  expect(await look(2)).toMatchObject([{ number: 3, programId: 'c', worker: 1 }]);
  expect(await look()).toHaveLength(3);
});

test('nobody is asked while nobody reads, nor more often for many than for one', async () => {
  const { clock, merged, asked } = twoWorkers();
  await clock.advance(10_000);
  expect(asked()).toBe(0);
  for (let reader = 0; reader < 16; reader++) merged.after(0);
  await clock.advance(0);
  for (let reader = 0; reader < 16; reader++) merged.after(0);
  expect(asked()).toBe(1);
});

test('no more is kept than the workers’ rings hold', async () => {
  const { note, look } = twoWorkers(3);
  for (let round = 0; round < 5; round++) {
    for (let i = 0; i < 3; i++) {
      note(1, `a-${round}-${i}`);
      note(2, `b-${round}-${i}`);
    }
    expect((await look()).length).toBeLessThanOrEqual(6);
  }
});

test('the sampling is that of all, and told once a second', async () => {
  const { clock, merged, note, look } = twoWorkers();
  for (let i = 0; i < 150; i++) note(1, 'a');
  note(2, 'b');
  await clock.advance(1_000);
  await look();
  const { sampling } = merged;
  expect(sampling).toEqual({ seen: 151, shown: 151, oneIn: 2 });
  await clock.advance(250);
  merged.after(0);
  expect(merged.sampling).toBe(sampling);
  await clock.advance(1_000);
  await look();
  expect(merged.sampling).not.toBe(sampling);
});
