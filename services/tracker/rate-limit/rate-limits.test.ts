import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { cutId, heldBytes } from '../../../test/helpers/heap.ts';
import { RateLimits } from './rate-limits.ts';
import { TokenBuckets } from './token-buckets.ts';

const take = (buckets: TokenBuckets, key: string, times: number) =>
  Array.from({ length: times }, () => buckets.take(key)).filter(Boolean).length;

describe('TokenBuckets', () => {
  test('a second’s worth at once, and then as many as time brings', async () => {
    const clock = new FakeClock();
    const buckets = new TokenBuckets(10, 100, clock);
    expect(take(buckets, 'a', 20)).toBe(10);
    await clock.advance(300);
    expect(take(buckets, 'a', 20)).toBe(3);
    await clock.advance(60_000);
    expect(take(buckets, 'a', 20)).toBe(10);
  });

  test('one key spends nothing of another', () => {
    const buckets = new TokenBuckets(2, 100, new FakeClock());
    expect(take(buckets, 'a', 5)).toBe(2);
    expect(take(buckets, 'b', 5)).toBe(2);
  });

  test('many more keys than buckets are borne', () => {
    const buckets = new TokenBuckets(1, 10, new FakeClock());
    for (let i = 0; i < 10_000; i++) expect(buckets.take(`key-${i}`)).toBe(true);
    expect(buckets.take('key-9999')).toBe(false);
  });

  test('a key is kept, and not the URL that it was cut from', async () => {
    const buckets = new TokenBuckets(1, 10_000, new FakeClock());
    const held = await heldBytes(() => {
      for (let n = 0; n < 1_000; n++) buckets.take(cutId(n));
    });
    expect(held / 1_000).toBeLessThan(4_096);
    expect(buckets.take(cutId(999))).toBe(false);
  });
});

describe('RateLimits', () => {
  const limits = { rateBucketsMax: 100 };
  const rates = (programPerSecond: number, addressPerSecond: number) =>
    new RateLimits({ programPerSecond, addressPerSecond }, limits, new FakeClock());

  test('none, as it comes', () => {
    const off = rates(0, 0);
    for (let i = 0; i < 1_000; i++) {
      expect(off.ofAddress('192.0.2.1')).toBeNull();
      expect(off.ofProgram('a')).toBeNull();
    }
  });

  test('of programs and addresses', () => {
    const both = rates(3, 2);
    expect(['a', 'a', 'a', 'a', 'b'].map((id) => both.ofProgram(id))).toEqual([
      null,
      null,
      null,
      'rate_limited_program',
      null,
    ]);
    expect(['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2'].map((ip) => both.ofAddress(ip))).toEqual([
      null,
      null,
      'rate_limited_address',
      null,
    ]);
  });

  test('an IPv6 caller is counted by the network that is theirs', () => {
    const one = rates(0, 1);
    expect(one.ofAddress('2001:db8:1:2::1')).toBeNull();
    expect(one.ofAddress('2001:db8:1:2:ffff::9')).toBe('rate_limited_address');
    expect(one.ofAddress('2001:db8:1:3::1')).toBeNull();
    expect(one.ofAddress('::ffff:192.0.2.1')).toBeNull();
    expect(one.ofAddress('192.0.2.1')).toBe('rate_limited_address');
    expect(one.ofAddress('')).toBeNull();
  });
});
