import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { VerdictRing } from './verdict-ring.ts';

function buildRing() {
  const clock = new FakeClock();
  const ring = new VerdictRing(clock, { verdictRingEntriesMax: 50, verdictsShownPerSecondMax: 10 });
  const note = (count: number) => {
    for (let i = 0; i < count; i++) ring.note('impression', 'a', null, 'id');
  };
  return { clock, ring, note };
}

describe('VerdictRing', () => {
  test('keeps what passes, numbered', () => {
    const { clock, ring } = buildRing();
    ring.note('impression', 'a', null, 'id-1');
    ring.note('click', 'b', 'program_paused', '');
    const at = new Date(clock.wallMs()).toISOString();
    expect(ring.after(0)).toEqual([
      {
        number: 1,
        at,
        type: 'impression',
        programId: 'a',
        verdict: 'accepted',
        reason: null,
        messageId: 'id-1',
      },
      {
        number: 2,
        at,
        type: 'click',
        programId: 'b',
        verdict: 'rejected',
        reason: 'program_paused',
        messageId: '',
      },
    ]);
    expect(ring.after(1).map(({ number }) => number)).toEqual([2]);
  });

  test('is bounded', async () => {
    const { clock, ring, note } = buildRing();
    for (let second = 0; second < 20; second++) {
      note(10);
      await clock.advance(1_000);
    }
    expect(ring.after(0)).toHaveLength(50);
    expect(ring.after(0).at(-1)!.number).toBe(200);
  });

  test('samples under load, and says how much', async () => {
    const { clock, ring, note } = buildRing();
    note(1_000);
    expect(ring.after(0)).toHaveLength(20);
    await clock.advance(1_000);
    expect(ring.sampling).toEqual({ seen: 1_000, shown: 20, oneIn: 100 });
    note(1_000);
    await clock.advance(1_000);
    expect(ring.sampling).toEqual({ seen: 1_000, shown: 10, oneIn: 100 });
    await clock.advance(1_000);
    expect(ring.sampling).toEqual({ seen: 0, shown: 0, oneIn: 1 });
    note(3);
    expect(ring.after(30)).toHaveLength(3);
  });
});
