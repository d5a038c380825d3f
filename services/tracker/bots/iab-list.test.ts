import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { iabListBytesMax, loadIabList, readIabList } from './iab-list.ts';

const text = [
  '# IAB/ABC International Spiders & Bots List',
  '#pattern|active|exceptions|two-pass|impact|start',
  '',
  'crawl|1|crawlspace, Supercrawl|1|2|0|',
  'agent at the start|1||0|0|1|',
  'retired|0||1|2|0|01/02/2020',
  'Short|1',
  ' padded | 1 | | 1 | 2 | 0 ',
  'a.c|1||1|2|0',
  'qq|1||1|2|0',
  'z|1||1|2|1',
].join('\r\n');
const { list, problems } = readIabList(text);

test('is read without a problem', () => {
  expect(problems).toEqual([]);
});

test.each([
  ['with the pattern', 'my crawler/1.0', true],
  ['with the pattern in capitals', 'CRAWL', true],
  ['without any', 'Mozilla/5.0', false],
  ['with the pattern and an exception', 'crawl in a Crawlspace', false],
  ['with the pattern and its other exception', 'supercrawl', false],
  ['with a pattern at its start', 'Agent at the start/2', true],
  ['with that pattern elsewhere', 'an agent at the start', false],
  ['with a pattern that is not active', 'retired', false],
  ['with the pattern of a line that says no more', 'x-short-x', true],
  ['with the pattern of a line with spaces', 'unpadded', true],
  ['with the words of a comment', 'IAB/ABC International Spiders', false],
  ['that a pattern would fit if it were a regular expression', 'abc', false],
  ['with a pattern of two characters at its end', 'tool qq', true],
  ['with a pattern of one character at its start', 'Z', true],
  ['with the same pattern elsewhere', 'a z', false],
  ['with a pattern at its very end', 'the crawl', true],
  ['that is empty', '', false],
] as const)('a user agent %s', (_, userAgent, is) => {
  expect(list!.has(userAgent)).toBe(is);
});

test('each of many patterns is found wherever it stands, as a plain search would find it', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abAB./'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(word), fc.string({ unit: fc.constantFrom(...'abAB./') }), (patterns, userAgent) => {
      const read = readIabList(patterns.map((pattern) => `${pattern}|1`).join('\n'));
      const found = patterns.some((pattern) => userAgent.toLowerCase().includes(pattern.toLowerCase()));
      expect(read.list!.has(userAgent)).toBe(found);
    }),
  );
});

test('an empty list has nobody', () => {
  expect(readIabList('').list!.has('crawl')).toBe(false);
});

describe('what can’t be used is told by its line, and then there is no list', () => {
  test.each([
    ['a line without a pattern', '# x\n|1||1|2|0', 'line 2 has no pattern'],
    ['a line without a flag', 'crawl', 'line 1: "active" must be 0 or 1'],
    ['a flag that is none', 'crawl|yes', 'line 1: "active" must be 0 or 1'],
    ['a start-of-string that is none', 'crawl|1||1|2|x', 'line 1: "start-of-string" must be 0 or 1'],
    ['too many patterns', 'crawl|1\n'.repeat(10_001), 'more than 10000 active patterns'],
  ])('%s', (_, bad, problem) => {
    expect(readIabList(bad)).toEqual({ list: null, problems: [expect.stringContaining(problem)] });
  });

  test('ten of them at most', () => {
    expect(readIabList('x\n'.repeat(1000)).problems).toHaveLength(10);
  });

  test('and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const read = readIabList(any);
        expect(read.list === null).toBe(read.problems.length > 0);
      }),
    );
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-iab-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  test('is loaded', () => {
    expect(loadIabList(written('list.txt', text)).list!.has('crawl')).toBe(true);
  });

  test.each([
    ['is not there', () => join(folder, 'none.txt'), /none\.txt can't be read \(ENOENT\)/],
    ['is a folder', () => folder, /is no file/],
    ['is too large', () => written('large.txt', '#'.repeat(iabListBytesMax + 1)), /is larger than/],
    ['is another', () => written('bad.txt', 'x'), /line 1/],
  ])('that %s is told', (_, file, problem) => {
    expect(loadIabList(file())).toEqual({ list: null, problems: [expect.stringMatching(problem)] });
  });
});
