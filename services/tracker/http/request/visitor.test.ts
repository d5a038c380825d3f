import { randomFillSync } from 'node:crypto';
import { isVisitorId } from '@trackline/domain/visitor-id';
import { describe, expect, test } from 'vitest';
import { VisitorCookie, visitorCookieIn } from './visitor.ts';

const id = 'AbCdEfGhIjKlMnOpQrSt-_';

test.each([
  [undefined, null],
  ['', null],
  ['a=b', null],
  [`__Host-trackline=${id}`, id],
  [`a=b; __Host-trackline=${id}; c=d`, id],
  [`a=b;__Host-trackline=${id};c`, id],
  ['__Host-trackline=', ''],
  [`x__Host-trackline=1; __Host-trackline=${id}`, id],
  [`__Host-trackline-2=1; __Host-trackline=${id}`, id],
  [`a="; b=__Host-trackline=1; __Host-trackline=${id}`, id],
  [`__Host-trackline=${id}; __Host-trackline=other`, id],
  [`planted=a __Host-trackline=other; __Host-trackline=${id}`, id],
  [`planted=a, __Host-trackline=other`, null],
  [`a=b;  __Host-trackline=${id}`, id],
  [`__HOST-trackline=other; __Host-trackline =other; __Host-trackline= ${id} `, id],
])('the cookie in %j', (header, value) => {
  expect(visitorCookieIn(header)).toBe(value);
});

describe('VisitorCookie', () => {
  const cookie = (kind: 'on' | 'partitioned' | 'off', days = 400) =>
    new VisitorCookie({ kind, days }, (target) => randomFillSync(target));

  test('makes a visitor of 128 random bits, who is found again', () => {
    const issued = Array.from({ length: 50 }, () => cookie('on').issue()!);
    expect(new Set(issued.map(({ visitorId }) => visitorId)).size).toBe(50);
    for (const { visitorId, setCookie } of issued) {
      expect(isVisitorId(visitorId)).toBe(true);
      expect(Buffer.from(visitorId, 'base64url')).toHaveLength(16);
      expect(cookie('on').known(visitorCookieIn(setCookie.split(';')[0]))).toBe(visitorId);
    }
  });

  test('is first-party, secure, out of scripts’ reach, and ends after 400 days', () => {
    const { visitorId, setCookie } = cookie('on').issue()!;
    expect(setCookie).toBe(
      `__Host-trackline=${visitorId}; Max-Age=34560000; Path=/; Secure; HttpOnly; SameSite=None`,
    );
    expect(cookie('partitioned', 1).issue()!.setCookie).toMatch(
      /; Max-Age=86400; Path=\/; Secure; HttpOnly; SameSite=None; Partitioned$/,
    );
  });

  test.each(['on', 'partitioned', 'off'] as const)(
    '%s: is ended, whatever attributes it was set with',
    (kind) => {
      const plain = '__Host-trackline=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=None';
      expect(cookie(kind).expired).toEqual([plain, `${plain}; Partitioned`]);
    },
  );

  test.each([null, '', 'x', `${id}x`, id.slice(1), `${id.slice(1)}!`, '"; DROP'])(
    'takes %j for no visitor',
    (value) => {
      expect(cookie('on').known(value)).toBe('');
    },
  );

  test('off: nobody is made a visitor, nor known as one', () => {
    expect(cookie('off').issue()).toBeNull();
    expect(cookie('off').known(id)).toBe('');
  });
});
