import { reasons } from '@trackline/domain/verdict';
import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

test('Tally counts by type and reason, and adds up by verdict', () => {
  const tally = new Tally();
  tally.count('impression', null);
  tally.count('impression', null);
  tally.count('click', 'program_paused');
  tally.count('none', 'malformed');
  tally.count('click', 'spool_full');
  tally.count('impression', 'head');
  tally.countLost(4);
  expect([...tally.entries()]).toEqual([
    { type: 'impression', verdict: 'accepted', reason: '', count: 2 },
    { type: 'impression', verdict: 'ignored', reason: 'head', count: 1 },
    { type: 'click', verdict: 'rejected', reason: 'program_paused', count: 1 },
    { type: 'click', verdict: 'shed', reason: 'spool_full', count: 1 },
    { type: 'none', verdict: 'rejected', reason: 'malformed', count: 1 },
  ]);
  expect(tally.totals()).toEqual({ rejected: 2, shed: 1, ignored: 1, lost: 4 });
});

test('Tally has a place for every reason that a call can have', () => {
  const tally = new Tally();
  for (const [reason, { at }] of Object.entries(reasons)) {
    if (at === 'call') tally.count('none', reason as 'malformed');
  }
  expect([...tally.entries()].every(({ count }) => count === 1)).toBe(true);
});
