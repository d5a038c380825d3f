import { afterEach, describe, expect, test, vi } from 'vitest';
import { buildBotFilter } from './bots.ts';

const asked = vi.hoisted(() => ({ isbot: [] as string[] }));
vi.mock('isbot', async (original) => {
  const { isbot } = await original<typeof import('isbot')>();
  return {
    isbot(userAgent: string) {
      asked.isbot.push(userAgent);
      return isbot(userAgent);
    },
  };
});
const limits = { userAgentsMax: 10, userAgentCharsMax: 512 };
afterEach(() => {
  asked.isbot.length = 0;
});

const chrome =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0';
const googlebot = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

describe('a robot is', () => {
  const filter = buildBotFilter({ iabList: null, limits });

  test.each([
    ['who names itself one', googlebot, true],
    ['a library', 'curl/8.5.0', true],
    ['who gives no user agent', '', true],
    ['not a browser', chrome, false],
    ['not a browser with much behind its name', `${chrome} ${'x'.repeat(16_000)}`, false],
    ['not who names one behind the first 512 characters', `${chrome.padEnd(512)}Googlebot`, false],
  ])('%s', (_, userAgent, is) => {
    expect(filter.isBot(userAgent)).toBe(is);
    expect(filter.isBot(userAgent)).toBe(is);
  });
});

test('the answer is remembered: nobody is asked twice', () => {
  const seen: string[] = [];
  const iabList = {
    has(userAgent: string) {
      seen.push(userAgent);
      return false;
    },
  };
  const filter = buildBotFilter({ iabList, limits });
  for (let times = 0; times < 3; times += 1) {
    expect([filter.isBot(chrome), filter.isBot(googlebot)]).toEqual([false, true]);
  }
  expect(asked.isbot).toEqual([chrome, googlebot]);
  // Who is one already need not be looked for on the list.
  expect(seen).toEqual([chrome]);
});

test('user agents that differ behind the first 512 characters are one', () => {
  const filter = buildBotFilter({ iabList: null, limits });
  const start = chrome.padEnd(512, 'ü');
  for (const end of ['', 'a', 'b'.repeat(9_000)]) filter.isBot(start + end);
  expect(asked.isbot).toEqual([start]);
});

test('no more answers are remembered than there may be', () => {
  const filter = buildBotFilter({ iabList: null, limits: { ...limits, userAgentsMax: 2 } });
  for (const userAgent of ['a', 'b', 'c', 'a', 'c']) filter.isBot(userAgent);
  expect(asked.isbot).toEqual(['a', 'b', 'c', 'a']);
});

test('who is on the IAB’s list is one as well', () => {
  const iabList = { has: (userAgent: string) => userAgent.includes('Chrome') };
  const filter = buildBotFilter({ iabList, limits });
  expect([filter.isBot(chrome), filter.isBot(firefox), filter.isBot(googlebot)]).toEqual([true, false, true]);
});
