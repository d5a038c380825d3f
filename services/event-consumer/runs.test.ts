import { width } from '@trackline/domain/ledger-coverage';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Place, runsOf } from './runs.ts';

const event = (sequence: number, writer = 'w1'): Place => ({ writer, sequence, isDeadLetter: false });
const tooLarge = (sequence: number): Place => ({ writer: 'w1', sequence, isDeadLetter: true });
const bad: Place = 'undecodable';

/** `writer first-last`, and how many of them are dead letters */
function told(...places: Place[]): string[] {
  return runsOf(places).map(
    ({ writer, first, last, deadLetters }) => `${writer} ${first}-${last} ${width(deadLetters)}`,
  );
}

describe('the intervals of an aggregate', () => {
  test('consecutive events make one', () => {
    expect(told(event(5), event(6), event(7))).toEqual(['w1 5-7 0']);
  });

  test('a single event makes one of its own', () => {
    expect(told(event(1))).toEqual(['w1 1-1 0']);
  });

  test('what could not be decoded takes the place between its neighbours', () => {
    expect(told(event(5), bad, bad, event(8))).toEqual(['w1 5-8 2']);
  });

  test('at the ends, it takes the number that its place has', () => {
    expect(told(bad, event(6), event(7), bad, bad)).toEqual(['w1 5-9 3']);
  });

  test('no number is below 1', () => {
    expect(told(bad, bad, event(2))).toEqual(['w1 1-2 1']);
  });

  test('an event that became a dead letter is covered and counted', () => {
    expect(told(event(5), tooLarge(6), bad, event(8))).toEqual(['w1 5-8 2']);
  });

  test('which are dead letters is told by their numbers', () => {
    const [run] = runsOf([bad, event(6), tooLarge(7), bad, event(9), bad]);
    expect(run!.deadLetters).toEqual([
      { first: 5, last: 5 },
      { first: 7, last: 8 },
      { first: 10, last: 10 },
    ]);
  });

  test('a patchwork of good and bad is cut into rows that a table takes, and covers the same', () => {
    const places = Array.from({ length: 24_002 }, (_, n) => (n % 2 === 0 ? event(n + 1) : bad));
    const runs = runsOf(places);
    expect(runs.map(({ first, last, deadLetters }) => [first, last, width(deadLetters)])).toEqual([
      [1, 10_000, 5_000],
      [10_001, 20_000, 5_000],
      [20_001, 24_002, 2_001],
    ]);
  });

  test('nothing but undecodable events, or nothing at all, claims nothing', () => {
    expect(told(bad, bad)).toEqual([]);
    expect(told()).toEqual([]);
  });

  test('a gap is never covered: events on both sides make rows of their own', () => {
    expect(told(event(5), event(6), event(9), event(10))).toEqual(['w1 5-6 0', 'w1 9-10 0']);
  });

  test('where events disagree, only what stands between two that agree is claimed', () => {
    expect(told(bad, event(5), bad, event(7), bad, event(20), bad)).toEqual(['w1 5-7 1', 'w1 20-20 0']);
  });

  test('of several writers, each has its own', () => {
    expect(told(event(5), event(6), event(1, 'w2'), event(2, 'w2'))).toEqual(['w1 5-6 0', 'w2 1-2 0']);
  });

  test('an event twice, and events backwards, are no run', () => {
    expect(told(event(5), event(5))).toEqual(['w1 5-5 0', 'w1 5-5 0']);
    expect(told(event(6), event(5))).toEqual(['w1 6-6 0', 'w1 5-5 0']);
  });

  test('every event is covered, and no number that neither an event nor an undecodable place stands for', () => {
    const places = fc.array(
      fc.oneof(
        fc.constant(bad),
        fc.record({
          writer: fc.constantFrom('w1', 'w2'),
          sequence: fc.integer({ min: 1, max: 12 }),
          isDeadLetter: fc.boolean(),
        }),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(places, (all) => {
        const runs = runsOf(all);
        const covered = runs.reduce((sum, { first, last }) => sum + last - first + 1, 0);
        expect(covered).toBeLessThanOrEqual(all.length);
        for (const place of all) {
          if (place === bad || typeof place === 'string') continue;
          const isCovered = runs.some(
            ({ writer, first, last }) =>
              writer === place.writer && first <= place.sequence && place.sequence <= last,
          );
          expect(isCovered).toBe(true);
        }
        for (const { first, last } of runs) expect(1 <= first && first <= last).toBe(true);
      }),
    );
  });
});
