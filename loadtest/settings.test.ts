import { describe, expect, test } from 'vitest';
import { callsExpected, durationOf } from './engine/arrivals.ts';
import { scenarios } from './scenarios/scenarios.ts';
import { readSettings, usage } from './settings.ts';

const read = (...args: string[]) => readSettings(args, () => 0.5)!;

describe('the options', () => {
  test('alone make a steady load on a stack of its own', () => {
    expect(read()).toMatchObject({ scenario: { name: 'steady' }, url: null, seed: 2 ** 31, profile: false });
  });

  test('are all told by the help', () => {
    expect(readSettings(['--help'], Math.random)).toBeNull();
    for (const { name } of scenarios) expect(usage).toContain(name);
  });

  test.each([
    [['--rate', '0'], /--rate takes a number from 0.1 to 100000/],
    [['--rate', ''], /--rate takes/],
    [['--duration', 'long'], /--duration takes/],
    [['--scenario', 'quiet'], /--scenario takes steady, spike, ramp, mixed, outage/],
    [['--url', 'http://tracker.example'], /loopback only/],
    [['--url', 'tracker'], /--url takes a URL/],
    [['--url', 'http://127.0.0.1:8080', '--programs', '5'], /--programs: for the own stack only/],
    [
      ['--url', 'http://127.0.0.1:8080', '--scenario', 'outage'],
      /the scenario outage is for the own stack only/,
    ],
    [['--stack', 'stack.json'], /--stack: with --url only/],
    [['--rate', '100000', '--duration', '3600'], /more than 20000000 calls/],
    [['--speed', '9'], /--speed/],
  ])('%j are refused, and told what is wrong', (args, words) => {
    expect(() => read(...args)).toThrow(words);
  });
});

describe.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
  'the scenario %s',
  (_, scenario) => {
    test('lasts as long as it was told, and is bounded', () => {
      const phases = scenario.phases(1_000, 20_000);
      expect(durationOf(phases)).toBeCloseTo(20_000, 6);
      expect(callsExpected(phases)).toBeLessThanOrEqual(2 * 20_000);
    });

    test('leaves everything well in the end', () => {
      const done = scenario.interferences?.(20_000) ?? [];
      expect(done.at(-1)?.does ?? 'healKinesis').toBe('healKinesis');
      expect(done.every(({ atMs }) => atMs < 20_000)).toBe(true);
    });
  },
);
