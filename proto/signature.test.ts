import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isSignedBy, linkText, sign, transactionText } from './signature.ts';

const key = Buffer.alloc(32, 7);
const link = { programId: 'shoes', target: 'https://shop.example/a', expiresAtS: 1_800_000_000 };
const sale = {
  programId: 'shoes',
  orderId: 'o-1',
  amount: '19.90',
  currency: 'EUR',
  status: 'pending',
  clickId: '',
  publisherId: 'p1',
};

test('the texts are what the guides tell others to sign', () => {
  expect(linkText(link)).toBe('trackline-link-v1\nshoes\n1800000000\nhttps://shop.example/a');
  expect(transactionText(sale)).toBe('trackline-transaction-v1\nshoes\no-1\n19.90\nEUR\npending\n\np1');
});

test('a signature is the plain HMAC-SHA-256 of the text, in base64url', () => {
  const hex = createHmac('sha256', key).update(linkText(link)).digest('hex');
  expect(Buffer.from(sign(linkText(link), key), 'base64url').toString('hex')).toBe(hex);
  expect(sign(linkText(link), key)).toMatch(/^[\w-]{43}$/);
});

describe('isSignedBy', () => {
  const text = linkText(link);

  test('takes what was signed with the key', () => {
    expect(isSignedBy(text, sign(text, key), key)).toBe(true);
  });

  test.each([
    '',
    'x',
    sign(text, Buffer.alloc(32, 8)),
    `${sign(text, key)}=`,
    sign(`${text} `, key),
    'ä'.repeat(43),
  ])('takes no other: %j', (signature) => {
    expect(isSignedBy(text, signature, key)).toBe(false);
  });

  test('takes no signature with one character changed', () => {
    const good = sign(text, key);
    fc.assert(
      fc.property(fc.nat({ max: 41 }), fc.constantFrom(...'abcXYZ019-_'), (at, character) => {
        const changed = good.slice(0, at) + character + good.slice(at + 1);
        expect(isSignedBy(text, changed, key)).toBe(changed === good);
      }),
    );
  });
});
