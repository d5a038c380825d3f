import { expect, test } from 'vitest';
import { readUsPrivacy } from './us-privacy.ts';

test.each([
  ['1YNN', 'granted'],
  ['1YNY', 'granted'],
  ['1-N-', 'granted'],
  ['1ynn', 'granted'],
  ['1YYN', 'denied'],
  ['1NYN', 'denied'],
  ['1yyy', 'denied'],
  ['1---', null],
  ['1Y-N', null],
  ['', null],
] as const)('%j: %s', (text, choice) => {
  expect(readUsPrivacy(text)).toBe(choice);
});

test.each([
  '1',
  '1Y',
  '1YN',
  '1YNNN',
  '2YNN',
  '0YNN',
  '1YXN',
  'YNN',
  ' 1YNN',
  '1YNN\n',
  '[US_PRIVACY]',
  '1ＹNN',
])('%j can’t be read: denied', (text) => {
  expect(readUsPrivacy(text)).toBe('denied');
});
