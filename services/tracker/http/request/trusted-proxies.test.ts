import { describe, expect, test } from 'vitest';
import { callerAddress, readTrustedProxies, trustOf } from './trusted-proxies.ts';

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

describe('trustOf', () => {
  const trusts = trustOf(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '2001:db8::1', '::ffff:172.16.0.0/108']);

  test.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['11.1.2.3', false],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['172.16.1.2', true],
    ['172.32.1.2', false],
    ['fd12::1', true],
    ['fd12::1%eth0', true],
    ['fe80::1', false],
    ['2001:db8::1', true],
    ['2001:db8::2', false],
    ['', false],
    ['unknown', false],
    ['10.1.2.3:8080', false],
    ['[fd12::1]', false],
  ])('%s: %s', (address, isTrusted) => {
    expect(trusts(address)).toBe(isTrusted);
  });

  test('without ranges, nobody', () => {
    expect(trustOf([])('10.1.2.3')).toBe(false);
  });
});

describe('callerAddress', () => {
  const trusts = trustOf(['10.0.0.0/8']);

  test.each([
    ['nobody is named', '10.0.0.1', undefined, '10.0.0.1'],
    ['nothing is named', '10.0.0.1', '', '10.0.0.1'],
    ['only commas are', '10.0.0.1', ' , ,', '10.0.0.1'],
    ['who is connected is not ours', '192.0.2.1', '203.0.113.1', '192.0.2.1'],
    ['who is connected can’t be told', '', '203.0.113.1', ''],
    ['one is named', '10.0.0.1', ' 203.0.113.1 ', '203.0.113.1'],
    ['one is named on a socket of version 6', '::ffff:10.0.0.1', '203.0.113.1', '203.0.113.1'],
    ['others are named before', '10.0.0.1', '10.9.9.9,192.0.2.66,203.0.113.1,10.0.0.2', '203.0.113.1'],
    ['some are nothing', '10.0.0.1', '192.0.2.66,, 203.0.113.1, ,10.0.0.2,', '203.0.113.1'],
    ['all are ours', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
    ['the rightmost is none', '10.0.0.1', '203.0.113.1, unknown', 'unknown'],
    ['a port is named', '10.0.0.1', '203.0.113.1:5678', '203.0.113.1'],
    ['a port is named of IPv6', '10.0.0.1', '[2001:db8::1]:80', '2001:db8::1'],
    ['brackets are', '10.0.0.1', '[2001:db8::1]', '2001:db8::1'],
    ['ports are named of ours', '10.0.0.1', '203.0.113.1:1, 10.0.0.2:2, [::ffff:10.0.0.3]:3', '203.0.113.1'],
    ['it is written as in Forwarded', '10.0.0.1', '203.0.113.1, for=10.0.0.2', 'for=10.0.0.2'],
    ['it is half a port', '10.0.0.1', '203.0.113.1, 10.0.0.2:', '10.0.0.2:'],
    ['four are ours', '10.0.0.1', '203.0.113.1,10.0.0.4,10.0.0.3,10.0.0.2', '203.0.113.1'],
    [
      'more are ours than are looked at',
      '10.0.0.1',
      '203.0.113.1,10.0.0.5,10.0.0.4,10.0.0.3,10.0.0.2',
      '10.0.0.5',
    ],
  ])('where %s', (_, connected, forwardedFor, address) => {
    expect(callerAddress(connected, forwardedFor, trusts, 4)).toBe(address);
  });
});
