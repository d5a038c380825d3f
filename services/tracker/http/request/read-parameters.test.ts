import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Parameters } from './parameters.ts';
import { parseQuery, readJson } from './read-parameters.ts';

const none = { ...new Parameters() };

describe('parseQuery', () => {
  test.each([
    ['', {}],
    ['publisher=p1&f=b&type=click', { publisher: 'p1', f: 'b', type: 'click' }],
    ['click_id=c&order_id=o&gdpr_consent=x&gpp_sid=2&us_privacy=1YNN', orderSaid()],
    ['clickId=c&orderId=o&gdprConsent=x&gppSid=2&usPrivacy=1YNN', orderSaid()],
    ['click_id=a&clickId=b', { clickId: 'a' }],
    ['publisher=a%2Db', { publisher: 'a-b' }],
    ['publisher=a+b', { publisher: 'a b' }],
    ['publisher=a=b', { publisher: 'a=b' }],
    ['publisher', {}],
    ['publisher=a&publisher=b', { publisher: 'a' }],
    ['publisher=&publisher=b', {}],
    ['f&f=b&type=&type=click', {}],
    ['publisher=a&publisher=%zz', { publisher: 'a' }],
    ['us_privacy=&us_privacy=1YYN', { usPrivacy: '1YYN' }],
    ['us_privacy=1YYN&usPrivacy=1YYN&us_privacy=', { usPrivacy: '1YYN' }],
    ['us_privacy=1NNN&us_privacy=1YYN', { usPrivacy: '?' }],
    ['usPrivacy=1NNN&us_privacy=1YYN&usPrivacy=1NNN', { usPrivacy: '?' }],
    ['gdpr=0&gdpr=1&gdpr_consent=x.y&gdprConsent=z', { gdpr: '?', gdprConsent: '?' }],
    ['gpp=a&gpp_sid=-1&gppSid=7', { gpp: 'a', gppSid: '?' }],
    ['gpp=a&gpp=%zz', { gpp: '?', fault: 'malformed' }],
    ['publisher[]=a&Publisher=c', { params: { Publisher: 'c' } }],
    ['publisher=%zz', { fault: 'malformed' }],
    ['f=%', { fault: 'malformed' }],
    ['type=%ff', { fault: 'malformed' }],
    ['publisher=%zz&publisher=a', { fault: 'malformed' }],
    ['sub1=%zz', { fault: 'malformed' }],
    ['utm=%zz&publisher=a', { publisher: 'a' }],
    ['%zz=1&__proto__=2&a[b]=3&1=4&=5', {}],
    ['sub1=a&sub2=b%20c&placement=top&sub1=z', { params: { sub1: 'a', sub2: 'b c', placement: 'top' } }],
    ['constructor=x&toString=y', { params: { constructor: 'x', toString: 'y' } }],
    ['params=a&fault=b', { params: { params: 'a', fault: 'b' } }],
    ['&&=&=a&publisher=a&', { publisher: 'a' }],
  ])('%s', (text, said) => {
    expect({ ...parseQuery(text) }).toEqual({ ...none, ...said });
  });

  const query = (count: number) => Array.from({ length: count }, (_, i) => `sub${i + 1}=${i}`).join('&');

  test('takes 32 sub-ids, and no more', () => {
    expect(parseQuery(query(32)).fault).toBeNull();
    expect(Object.keys(parseQuery(query(32)).params)).toHaveLength(32);
    expect(parseQuery(query(33)).fault).toBe('sub_ids_too_many');
    expect(parseQuery(`${query(32)}&placement=top`)).toMatchObject({
      fault: null,
      params: { placement: 'top' },
    });
    expect(parseQuery(`${query(32)}&publisher=p1`).fault).toBeNull();
  });

  test('leaves out free parameters beyond 16, and those of over 256 bytes, and refuses nothing for them', () => {
    const free = (count: number) => Array.from({ length: count }, (_, i) => `p${i}=${i}`).join('&');
    expect(Object.keys(parseQuery(free(20)).params)).toHaveLength(16);
    expect(parseQuery(`${free(20)}&sub1=a`)).toMatchObject({ fault: null, params: { p15: '15', sub1: 'a' } });
    expect({ ...parseQuery(`fbclid=${'x'.repeat(257)}&sub1=a`) }).toEqual({ ...none, params: { sub1: 'a' } });
  });

  test('decodes no more of what can’t be read than may be taken', () => {
    const broken = (count: number) => Array.from({ length: count }, (_, i) => `a${i}=%`).join('&');
    expect(parseQuery(`${broken(15)}&free=x&publisher=p1`)).toMatchObject({
      publisher: 'p1',
      params: { free: 'x' },
      fault: null,
    });
    expect({ ...parseQuery(`${broken(16)}&free=x&publisher=p1`) }).toEqual({ ...none, publisher: 'p1' });
    expect(parseQuery(`${'a=%&'.repeat(100)}sub1=x`)).toMatchObject({ params: { sub1: 'x' }, fault: null });
  });

  test('takes values of 256 bytes, and no more', () => {
    expect(parseQuery(`sub1=${'x'.repeat(256)}`).fault).toBeNull();
    expect(parseQuery(`sub1=${'x'.repeat(257)}`).fault).toBe('sub_id_too_long');
    expect(parseQuery(`sub1=${'%C3%A4'.repeat(128)}`).fault).toBeNull();
    expect(parseQuery(`sub1=${'%C3%A4'.repeat(128)}x`).fault).toBe('sub_id_too_long');
  });

  test('reads of a well-formed query what URLSearchParams reads, and never throws', () => {
    const pair = fc.tuple(
      fc.constantFrom('publisher', 'f', 'type', 'x[]'),
      fc.string({ unit: 'grapheme', minLength: 1 }),
    );
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const params = new URLSearchParams(pairs);
        expect({ ...parseQuery(params.toString()) }).toEqual({
          ...none,
          publisher: params.get('publisher') ?? '',
          f: params.get('f') ?? '',
          type: params.get('type') ?? '',
        });
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseQuery(text)));
  });

  test('no call sees what another said', () => {
    parseQuery('publisher=a&sub1=b');
    expect({ ...parseQuery('f=b') }).toEqual({ ...none, f: 'b' });
  });
});

describe('readJson', () => {
  test.each([
    [{}, {}],
    [
      { programId: 'a', type: 'click', publisher: 'p1' },
      { programId: 'a', type: 'click', publisher: 'p1' },
    ],
    [
      { program_id: 'a', click_id: 'c' },
      { programId: 'a', clickId: 'c' },
    ],
    [
      { gdpr: 1, publisher: 7, f: null },
      { gdpr: '1', publisher: '7' },
    ],
    [{ usPrivacy: '1NNN', us_privacy: '1YYN', gdpr: null, gpp: '' }, { usPrivacy: '?' }],
    [{ amount: '12.30' }, { amount: '12.30' }],
    [{ amount: 12.3 }, { fault: 'amount_malformed' }],
    // A number of JSON's is a float: the order would be another one.
    [{ orderId: 2 ** 53 }, { fault: 'malformed' }],
    [{ orderId: 1.5 }, { fault: 'malformed' }],
    [{ orderId: 2 ** 53 - 1 }, { orderId: '9007199254740991' }],
    [{ publisher: {} }, { fault: 'malformed' }],
    [{ publisher: ['a'] }, { fault: 'malformed' }],
    [
      { sub1: 'a', level: 3, isNew: true, nested: {}, list: [] },
      { params: { sub1: 'a', level: '3', isNew: 'true' } },
    ],
    [{ params: { sub1: 'a', 'a b': 'c', deep: {} } }, { params: { sub1: 'a' } }],
    [{ sub1: 'a', params: { sub1: 'b' } }, { params: { sub1: 'a' } }],
    [{ params: { publisher: 'p2' } }, { params: { publisher: 'p2' } }],
    [null, { fault: 'body_malformed' }],
    [[], { fault: 'body_malformed' }],
    ['text', { fault: 'body_malformed' }],
  ])('%j', (value, said) => {
    expect({ ...readJson(value) }).toEqual({ ...none, ...said });
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void readJson(value)));
  });
});

function orderSaid() {
  return { clickId: 'c', orderId: 'o', gdprConsent: 'x', gppSid: '2', usPrivacy: '1YNN' };
}
