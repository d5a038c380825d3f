import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { networkOf, truncateIp, truncateReferrer } from './privacy.ts';

describe('truncateIp', () => {
  test.each([
    ['IPv4', '192.0.2.137', '192.0.2.0'],
    ['IPv4, its highest', '255.255.255.255', '255.255.255.0'],
    ['IPv4 on an IPv6 socket', '::ffff:192.0.2.137', '192.0.2.0'],
    ['the same in capitals', '::FFFF:192.0.2.137', '192.0.2.0'],
    ['the same in hexadecimal', '::ffff:c000:289', '192.0.2.0'],
    ['the same in full', '0:0:0:0:0:ffff:192.0.2.137', '192.0.2.0'],
    ['IPv6 in full', '2001:db8:7:1:2:3:4:5', '2001:db8:7::'],
    ['IPv6 with leading zeros', '2001:0DB8:0007:0001:0002:0003:0004:0005', '2001:db8:7::'],
    ['IPv6, shortened behind the cut', '2001:db8:7::5', '2001:db8:7::'],
    ['IPv6, shortened before the cut', '2001::5', '2001::'],
    ['IPv6 with a zero in the middle', '2001:0:7::1', '2001:0:7::'],
    ['the loopback', '::1', '::'],
    ['IPv6 with IPv4 at its end (NAT64)', '64:ff9b::192.0.2.137', '64:ff9b::'],
    ['IPv6 of a network that is an IPv4 address (6to4)', '2002:c000:289:1::1', '2002:c000:200::'],
    ['a zone id', 'fe80::1%eth0', 'fe80::'],
    ['a zone id of digits', 'fe80::1:2:3:4%12', 'fe80::'],
  ])('%s', (_, ip, truncated) => {
    expect(truncateIp(ip)).toBe(truncated);
  });

  test.each([
    ['nothing', ''],
    ['a host', 'localhost'],
    ['an octet over 255', '192.0.2.256'],
    ['an octet with a leading zero', '192.0.02.1'],
    ['three octets', '192.0.2'],
    ['a port', '192.0.2.1:80'],
    ['too few groups', '2001:db8:7'],
    ['too many groups', '1:2:3:4:5:6:7:8:9'],
    ['two gaps', '2001::7::1'],
    ['a gap of nothing', '1:2:3:4::5:6:7:8'],
    ['a group of five digits', '20010:db8:7::1'],
    ['a group that is no number', '2001:db8:7x::1'],
    ['a negative group', '2001:-db8:7::1'],
    ['brackets', '[2001:db8:7::1]'],
    ['IPv4 in the middle', '2001:192.0.2.1::1'],
    ['a zone alone', '%eth0'],
    ['colons alone', ':::'],
  ])('neither: %s', (_, text) => {
    expect(truncateIp(text)).toBe('');
  });

  test('agrees with Node on what an address is', () => {
    const addresses = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.stringMatching(/^[0-9a-f:.]{0,24}$/),
      fc
        .array(fc.constantFrom(':', '::', '0', 'ff', '1.2.3.4', '.'), { maxLength: 14 })
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(addresses, (text) => {
        expect(truncateIp(text) === '').toBe(isIP(text) === 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('gives an address of which cutting leaves nothing more to cut', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        const truncated = truncateIp(ip);
        expect(isIP(truncated)).not.toBe(0);
        expect(truncateIp(truncated)).toBe(truncated);
      }),
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (text) => {
        expect(typeof truncateIp(text)).toBe('string');
      }),
    );
    expect(truncateIp(':'.repeat(100_000))).toBe('');
  });
});

describe('truncateReferrer', () => {
  test.each([
    ['https://blog.example/post', 'https://blog.example/post'],
    ['https://blog.example/post?user=42#top', 'https://blog.example/post'],
    ['https://blog.example/post#token=42?', 'https://blog.example/post'],
    ['?user=42', ''],
    ['', ''],
  ])('%s', (referrer, truncated) => {
    expect(truncateReferrer(referrer, 512)).toBe(truncated);
  });

  test('is never longer than asked, and never has a query or a fragment', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), fc.string()),
        fc.nat({ max: 64 }),
        (referrer, charsMax) => {
          const truncated = truncateReferrer(referrer, charsMax);
          expect(truncated.length).toBeLessThanOrEqual(charsMax);
          expect(truncated).not.toMatch(/[?#]/);
          expect(referrer.startsWith(truncated)).toBe(true);
        },
      ),
    );
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['2001:db8:7:8:9::1', '2001:db8:7:8::'],
  ['2001:db8::1', '2001:db8::'],
  ['::1', '::'],
  ['', ''],
  ['unknown', ''],
])('calls from %j are counted by %j', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});
