import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isVisitorId } from './visitor-id.ts';

test('128 random bits in base64url are a visitor id', () => {
  for (let n = 0; n < 100; n++) expect(isVisitorId(randomBytes(16).toString('base64url'))).toBe(true);
});

test.each([
  '',
  'x'.repeat(21),
  'x'.repeat(23),
  `${'x'.repeat(21)}=`,
  `${'x'.repeat(21)}+`,
  `${'x'.repeat(21)}\n`,
])('%j is none', (text) => {
  expect(isVisitorId(text)).toBe(false);
});
