import { expect, test } from 'vitest';
import { heavyRequests, requestsOf } from './requests.ts';

test.each(['pixel', 'click', 'transaction'] as const)('all calls of a %s are equally long', (scenario) => {
  const lengths = new Set(requestsOf(scenario, 1_024).map(({ length }) => length));
  expect(lengths.size).toBe(1);
});

test('each connection is another visitor’s', () => {
  const cookies = requestsOf('pixel', 64).map((request) => /Cookie: (\S+)/.exec(request.toString())![1]);
  expect(new Set(cookies).size).toBe(64);
});

test('the heaviest pixel is within what a tracker takes', () => {
  for (const request of heavyRequests(64)) expect(request.indexOf(' HTTP/1.1')).toBeLessThan(8 * 1024);
});
