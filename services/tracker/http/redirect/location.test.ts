import { type Keyring, keyBytesMin } from '@trackline/adapters/keyring/keyring';
import type { Program } from '@trackline/domain/program';
import { linkText, sign } from '@trackline/proto/signature';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { program } from '../../../../test/helpers/programs.ts';
import {
  landingLocation,
  locationCharsMax,
  redirectFor,
  type TargetLink,
  targetLocation,
} from './location.ts';
import type { MacroValues } from './macros.ts';

const values: MacroValues = {
  clickId: '01890a5d-ac96-774b-bcce-b302099a8057',
  programId: 'shoes',
  publisherId: 'p1',
  params: { sub1: 'a&b' },
};
const withSub1 = (sub1: string): MacroValues => ({ ...values, params: { sub1 } });
const landing = (landingUrl: string, own = values) => landingLocation(program({ landingUrl }), own);

describe('landingLocation', () => {
  test('is the landing URL, the same text each time, where there are no macros', () => {
    const one = program({ landingUrl: 'https://Shop.example' });
    expect(landingLocation(one, values)).toBe('https://shop.example/');
    expect(landingLocation(one, withSub1('b'))).toBe('https://shop.example/');
  });

  test('has its macros filled in', () => {
    const url = 'https://shop.example/{publisher_id}?c={click_id}&s={sub1}';
    expect(landing(new URL(url).href)).toBe(`https://shop.example/p1?c=${values.clickId}&s=a%26b`);
  });

  test('is fit for a header, whatever else the landing URL holds', () => {
    expect(landing('https://schön.example:8443/ü\n?ä={sub1}')).toBe(
      'https://xn--schn-7qa.example:8443/%C3%BC?%C3%A4=a%26b',
    );
  });

  test('has its macros as they stand where it would be too long', () => {
    const url = `https://shop.example/?${'{sub1}'.repeat(300)}`;
    expect(landing(url, withSub1('ä'.repeat(128)))).toBe(url);
  });

  test('is never on another origin, nor anything but ASCII, nor too long', () => {
    const piece = fc.constantFrom('{sub1}', '%7Bsub1%7D', '/', '?', '#', 'a', '.', '@', ':', '//', '%2e');
    const landingUrl = fc
      .tuple(fc.constantFrom('https', 'http'), fc.constantFrom('', ':8443'), fc.array(piece))
      .map(([scheme, port, pieces]) => `${scheme}://shop.example${port}/${pieces.join('')}`);
    fc.assert(
      fc.property(landingUrl, fc.string({ unit: 'binary', maxLength: 300 }), (url, value) => {
        const location = landing(url, withSub1(value));
        expect(new URL(location).origin).toBe(new URL(url).origin);
        expect(new URL(location).href).toBe(location);
        expect(location).toMatch(/^[\x21-\x7e]*$/);
        expect(location.length).toBeLessThanOrEqual(locationCharsMax);
      }),
    );
  });
});

describe('targetLocation', () => {
  const hosts = ['shop.example'];

  test('is the target with its macros, as the URL Standard writes it', () => {
    expect(targetLocation('HTTPS://SHOP.example/ü?c={click_id}', hosts, values)).toEqual({
      location: `https://shop.example/%C3%BC?c=${values.clickId}`,
    });
  });

  test.each([
    ['a value that would be a host', 'https://{sub1}/', 'target_host'],
    ['a value that would be a part of a host', 'https://{sub1}.shop.example/', 'target_host'],
    ['a value that would be the scheme', '{sub1}://shop.example/', 'target_malformed'],
  ])('has no macro before the path: %s', (_, target, reason) => {
    expect(targetLocation(target, hosts, withSub1('shop.example'))).toEqual({ reason });
  });

  test.each([
    ['as it stands', 'a'.repeat(locationCharsMax)],
    ['with its macros', '{sub1}'.repeat(500)],
    ['once it is escaped', 'ü'.repeat(locationCharsMax / 5)],
  ])('is refused where it is too long %s', (_, path) => {
    expect(targetLocation(`https://shop.example/${path}`, hosts, withSub1('ä'.repeat(20)))).toEqual({
      reason: 'target_malformed',
    });
  });

  test('may have just the length that there may be', () => {
    const target = 'https://shop.example/'.padEnd(locationCharsMax, 'a');
    expect(targetLocation(target, hosts, values)).toEqual({ location: target });
  });
});

describe('redirectFor', () => {
  const nowMs = 1_800_000_000_000;
  const keys: Readonly<Record<string, Uint8Array>> = {
    k1: Buffer.alloc(keyBytesMin, 1),
    k2: Buffer.alloc(keyBytesMin, 2),
    others: Buffer.alloc(keyBytesMin, 3),
  };
  const keyring: Keyring = { key: (id) => (Object.hasOwn(keys, id) ? keys[id]! : null) };
  const shoes = program({
    landingUrl: 'https://shop.example/shoes?c={click_id}',
    deepLinkHosts: ['.outlet.example'],
    signingKeyIds: ['k1', 'k2', 'lost'],
  });
  const home = `https://shop.example/shoes?c=${values.clickId}`;
  const unsigned = (target: string): TargetLink => ({ target, expires: '', keyId: '', signature: '' });
  const far = 'https://far.example:8443/a?c={click_id}';

  function signed(
    own: Partial<TargetLink> & { readonly programId?: string; readonly key?: Uint8Array } = {},
  ) {
    const { target = far, expires = '1800000001', keyId = 'k1', programId = 'shoes' } = own;
    const text = linkText({ programId, target, expiresAtS: Number(expires) });
    const signature = own.signature ?? sign(text, own.key ?? keys[keyId] ?? keys.k1!);
    return { target, expires, keyId, signature };
  }
  const go = (link: TargetLink, to: Program = shoes) => redirectFor(to, link, values, keyring, nowMs);

  test('without a target it is the landing URL, also where the rest of a signature is there', () => {
    expect(go(unsigned(''))).toEqual({ location: home, reason: '' });
    expect(go({ ...signed(), target: '' })).toEqual({ location: home, reason: '' });
  });

  test('a target on the landing URL’s own host is gone to', () => {
    expect(go(unsigned('https://shop.example/b'))).toEqual({
      location: 'https://shop.example/b',
      reason: '',
    });
  });

  test('a target on one of the program’s hosts is gone to', () => {
    expect(go(unsigned('https://a.outlet.example/'))).toMatchObject({
      location: 'https://a.outlet.example/',
    });
  });

  test('any other is not, and the reason is told', () => {
    expect(go(unsigned('https://notshop.example/'))).toEqual({ location: home, reason: 'target_host' });
    expect(go(unsigned('javascript:alert(1)'))).toEqual({ location: home, reason: 'target_scheme' });
  });

  test('the host of a landing URL without TLS is not one that a target may name', () => {
    const plain = program({ landingUrl: 'http://plain.example/' });
    expect(go(unsigned('https://plain.example/a'), plain)).toEqual({
      location: 'http://plain.example/',
      reason: 'target_host',
    });
  });

  test.each(['k1', 'k2'])(
    'what the program’s key %s has signed is gone to, its macros filled in',
    (keyId) => {
      expect(go(signed({ keyId }))).toEqual({
        location: `https://far.example:8443/a?c=${values.clickId}`,
        reason: '',
      });
    },
  );

  test.each([
    ['a key that the program does not name', signed({ keyId: 'others' }), 'target_key'],
    ['a key that the keyring does not have', signed({ keyId: 'lost' }), 'target_key'],
    ['a key that nobody knows', signed({ keyId: 'unheard-of' }), 'target_key'],
    ['no key id', signed({ keyId: '' }), 'target_key'],
    ['a key id and nothing else', { ...unsigned(far), keyId: 'k1' }, 'target_signature'],
    ['a signature and nothing else', { ...unsigned(far), signature: 'a' }, 'target_key'],
    ['an expiry and nothing else', { ...unsigned(far), expires: '1800000001' }, 'target_key'],
    ['no signature', signed({ signature: '' }), 'target_signature'],
    ['a forged signature', signed({ signature: 'A'.repeat(43) }), 'target_signature'],
    ['the signature of another key of the program', signed({ key: keys.k2! }), 'target_signature'],
    ['the signature for another program', signed({ programId: 'boots' }), 'target_signature'],
    ['the signature of another target', { ...signed(), target: `${far}&x` }, 'target_signature'],
    ['the signature of another expiry', { ...signed(), expires: '1900000000' }, 'target_signature'],
    ['an expiry in another spelling', { ...signed(), expires: '01800000001' }, 'target_signature'],
    ['an expiry that is no number', { ...signed(), expires: 'never' }, 'target_signature'],
    ['an expiry that is none', { ...signed(), expires: '' }, 'target_signature'],
    ['a forged signature that has expired', { ...signed(), expires: '1' }, 'target_signature'],
    ['a link that ends now', signed({ expires: '1800000000' }), 'target_expired'],
    ['a link that ended long ago', signed({ expires: '1' }), 'target_expired'],
    ['a signed script', signed({ target: 'javascript:alert(1)' }), 'target_scheme'],
    ['a signed http URL', signed({ target: 'http://far.example/' }), 'target_scheme'],
    ['a signed user name', signed({ target: 'https://a@far.example/' }), 'target_credentials'],
    ['a signed word', signed({ target: 'far' }), 'target_malformed'],
    ['a macro for a host, signed', signed({ target: 'https://{sub1}/' }), ''],
  ])('%s', (_, link, reason) => {
    const went = go(link);
    expect(went.reason).toBe(reason);
    if (reason !== '') expect(went.location).toBe(home);
    // What a caller says is no part of a host, whoever signed.
    else expect(went.location).toBe('https://{sub1}/');
  });

  test('a wrong signature is not made up for by a host that is allowed', () => {
    expect(go({ ...unsigned('https://shop.example/b'), keyId: 'k1', signature: 'x' }).reason).toBe(
      'target_signature',
    );
  });

  test('a program without keys takes no signed link', () => {
    expect(go(signed(), program({ signingKeyIds: [] })).reason).toBe('target_key');
  });
});
