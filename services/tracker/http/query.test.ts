import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery } from './query.ts';

const none = { publisher: '', f: '', type: '', malformed: false };

describe('parseQuery', () => {
  test.each([
    ['', none],
    ['publisher=p1&f=b&type=click', { publisher: 'p1', f: 'b', type: 'click', malformed: false }],
    ['type=impression', { ...none, type: 'impression' }],
    ['publisher=a%2Db', { ...none, publisher: 'a-b' }],
    ['publisher=a+b', { ...none, publisher: 'a b' }],
    ['publisher=a=b', { ...none, publisher: 'a=b' }],
    ['publisher', none],
    ['publisher=', none],
    ['publisher=a&publisher=b', { ...none, publisher: 'a' }],
    ['publisher=&publisher=b', none],
    ['f&f=b&type=&type=click', none],
    ['publisher=a&publisher=%zz', { ...none, publisher: 'a' }],
    ['x=%zz&%zz=1&publisher=a', { ...none, publisher: 'a' }],
    ['publisher[]=a&publishers=b&Publisher=c', none],
    ['publisher=%zz', { ...none, malformed: true }],
    ['f=%', { ...none, malformed: true }],
    ['type=%ff', { ...none, malformed: true }],
    ['publisher=%zz&publisher=a', { ...none, malformed: true }],
    ['&&=&=a&publisher=a&', { ...none, publisher: 'a' }],
  ])('%s', (text, expected) => {
    expect(parseQuery(text)).toEqual(expected);
  });

  test('reads of a well-formed query what URLSearchParams reads, and never throws', () => {
    const pair = fc.tuple(fc.constantFrom('publisher', 'f', 'type', 'x'), fc.string({ minLength: 1 }));
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const params = new URLSearchParams(pairs);
        expect(parseQuery(params.toString())).toEqual({
          publisher: params.get('publisher') ?? '',
          f: params.get('f') ?? '',
          type: params.get('type') ?? '',
          malformed: false,
        });
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseQuery(text)));
  });
});
