import { expect, test } from 'vitest';
import { flagsOf } from './flags-column.ts';

const none = { bot: false, unverified: false };

test('flags say what applies, always in the same order', () => {
  expect(flagsOf(none)).toBe('');
  const granted = { choice: 'granted', basis: 'tcf' } as const;
  expect(flagsOf({ ...none, duplicateOf: '', transaction: { claims: true }, consent: granted })).toBe('');
  const denied = { choice: 'denied', basis: 'gpc' } as const;
  const transaction = { claims: false };
  expect(flagsOf({ bot: true, unverified: true, duplicateOf: 'm-1', transaction, consent: denied })).toBe(
    'bot unverified duplicate no-claim denied',
  );
});
