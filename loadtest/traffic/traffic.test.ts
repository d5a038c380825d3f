import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../test/helpers/seeded-random.ts';
import type { Call } from '../engine/call.ts';
import { everyRoute } from './mix.ts';
import { programIds } from './programs.ts';
import { buildTraffic, type TrafficOptions } from './traffic.ts';
import { zipf } from './zipf.ts';

const ids = programIds(100);

function calls(count: number, options: Partial<TrafficOptions> = {}): Call[] {
  const traffic = buildTraffic({
    host: '127.0.0.1:8080',
    programIds: ids,
    seed: 5,
    texts: 2_000,
    ...options,
  });
  return Array.from({ length: count }, () => traffic.next());
}

test('by Zipf’s law the first has twice the calls of the second, and ten times those of the tenth', () => {
  const next = zipf(1_000, 1, seededRandom(1));
  const counts = new Array<number>(1_000).fill(0);
  for (let call = 0; call < 200_000; call++) counts[next()]!++;
  expect(counts[0]! / counts[1]!).toBeCloseTo(2, 0);
  expect(counts[0]! / counts[9]!).toBeGreaterThan(8.5);
  expect(counts[0]! / counts[9]!).toBeLessThan(11.5);
  expect(counts.every((count) => count > 0)).toBe(true);
});

describe('the traffic', () => {
  test('follows from its seed', () => {
    expect(calls(100)).toEqual(calls(100));
    expect(calls(100)).not.toEqual(calls(100, { seed: 6 }));
  });

  test('is 70 % impressions, 25 % clicks, 5 % transactions, and about 1 % of it for programs that nobody knows', () => {
    const sent = calls(2_000);
    const share = (is: (call: Call) => boolean) => (100 * sent.filter(is).length) / sent.length;
    expect(share(({ kind }) => kind === 'impression')).toBeCloseTo(70, -1);
    expect(share(({ kind }) => kind === 'click')).toBeCloseTo(25, -1);
    expect(share(({ kind }) => kind === 'transaction')).toBeGreaterThan(3);
    const unknown = share(({ programId }) => !ids.includes(programId));
    expect(unknown).toBeGreaterThan(0.3);
    expect(unknown).toBeLessThan(2);
  });

  test('is HTTP: each request ends where its length says', () => {
    for (const { text, kind } of calls(2_000, { mix: everyRoute })) {
      const [head, body] = [
        text.slice(0, text.indexOf('\r\n\r\n')),
        text.slice(text.indexOf('\r\n\r\n') + 4),
      ];
      const length = /content-length: (\d+)/.exec(head)?.[1];
      expect(head).toMatch(/^(GET|POST|OPTIONS) \/v1\/\S+ HTTP\/1\.1\r\nhost: 127\.0\.0\.1:8080\r\n/);
      expect(Number(length ?? 0)).toBe(body.length);
      if (kind === 'transaction' || kind === 'batch') expect(() => JSON.parse(body)).not.toThrow();
    }
  });

  test('has each order once, also when its requests come again', () => {
    const orders = calls(10_000, { mix: { transaction: 100 }, texts: 50, orderPrefix: 'r7-' }).map(
      ({ text }) => /"orderId":"([^"]+)"/.exec(text)![1]!,
    );
    expect(new Set(orders).size).toBe(10_000);
    expect(orders.every((order) => /^r7-\d+$/.test(order))).toBe(true);
  });

  test('lets transactions name the latest click of their program that was heard of', () => {
    const traffic = buildTraffic({
      host: 'here',
      programIds: ['only'],
      seed: 5,
      mix: { transaction: 100 },
      texts: 100,
      unknownShare: 0,
    });
    const click = '01a20889-d31e-714e-992a-154c1b1131d8';
    traffic.heardClick('only', click);
    const texts = Array.from({ length: 100 }, () => traffic.next().text);
    const named = texts.filter((text) => text.includes(`"clickId":"${click}"`)).length;
    expect(named).toBeGreaterThan(60);
    expect(named).toBeLessThan(100);
  });
});
