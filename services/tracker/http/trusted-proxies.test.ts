import { describe, expect, test } from 'vitest';
import { readTrustedProxies } from './trusted-proxies.ts';

describe('readTrustedProxies', () => {
  test('reads addresses and ranges', () => {
    const text = '10.0.0.0/8, 192.0.2.7,fd00::/8 , 2001:db8::1, ::ffff:10.0.0.0/104';
    expect(readTrustedProxies(text)).toEqual({
      ranges: ['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '2001:db8::1', '::ffff:10.0.0.0/104'],
      problems: [],
    });
    expect(readTrustedProxies('')).toEqual({ ranges: [], problems: [] });
  });

  test.each([
    '0.0.0.0/0',
    '::/0',
    '128.0.0.0/1',
    '10.0.0.0/7',
    '2000::/3',
    '::ffff:0:0/96',
    '::/64',
    '::ffff:0.0.0.0/96',
    '10.0.0.0/8,0.0.0.0/0',
  ])('refuses to trust everybody: %s', (text) => {
    expect(readTrustedProxies(text).problems).toEqual([expect.stringContaining('everybody')]);
  });

  test.each([
    'true',
    '*',
    'loopback',
    'proxy.example',
    '1',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fd00::/129',
    '10.0.0.0/-1',
    '10.0.0.0/255.0.0.0',
  ])('refuses what is no address and no range: %s', (text) => {
    expect(readTrustedProxies(text).problems).toHaveLength(1);
  });
});
