import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readUpdates } from './read-updates.ts';

const good = (id: string, version = 1) => ({ id, version, name: id, landingUrl: 'https://shop.example/' });
const read = (text: string) => readUpdates(Buffer.from(text));
const ids = (text: string) => read(text).good.map(({ program }) => program.id);

describe('reads', () => {
  test('a JSON array', () => {
    expect(read(JSON.stringify([good('a'), good('b')], null, 2))).toMatchObject({
      good: [{ place: 'entry 1', program: { id: 'a' } }, { place: 'entry 2' }],
      bad: [],
    });
  });

  test('NDJSON, empty lines and Windows line ends included', () => {
    const text = `${JSON.stringify(good('a'))}\r\n\r\n  \n${JSON.stringify(good('b'))}`;
    expect(read(text).good.map(({ place }) => place)).toEqual(['line 1', 'line 4']);
  });

  test('one object, on one line or on many', () => {
    expect(ids(JSON.stringify(good('a')))).toEqual(['a']);
    expect(ids(JSON.stringify(good('a'), null, 2))).toEqual(['a']);
  });

  test('a file that begins with a byte-order mark', () => {
    expect(ids(`\ufeff${JSON.stringify([good('a')])}`)).toEqual(['a']);
    expect(ids(`\ufeff${JSON.stringify(good('a'))}\n${JSON.stringify(good('b'))}`)).toEqual(['a', 'b']);
  });

  test('a deletion', () => {
    expect(read('[{"id":"a","version":2,"deleted":true}]').good[0]?.program.deleted).toBe(true);
  });

  test('the same entry twice, once', () => {
    expect(ids(JSON.stringify([good('a'), good('a'), good('a', 2)]))).toEqual(['a', 'a']);
  });

  test('the samples that come with the repository', () => {
    const samples = readFileSync(join(import.meta.dirname, '../../../examples/programs.json'));
    expect(readUpdates(samples)).toMatchObject({ bad: [] });
    expect(readUpdates(samples).good.length).toBeGreaterThan(1);
  });
});

describe('names what is bad', () => {
  test.each([
    ['an entry that is no update', JSON.stringify([good('a'), { id: 'b' }]), /^entry 2: .*version/],
    ['a line that is no JSON', `${JSON.stringify(good('a'))}\n{`, /^line 2: .* in JSON/],
    ['an array in a line', `${JSON.stringify(good('a'))}\n[]`, /^line 2: It must be one JSON object/],
    ['an array that is cut off', `[${JSON.stringify(good('a'))},`, /begins as a JSON array/],
    ['a number', '5', /^entry 1: It must be one JSON object/],
    [
      'another content for the same version',
      JSON.stringify([good('a'), { ...good('a'), name: 'x' }]),
      /^entry 2: version 1 of a has another content at entry 1/,
    ],
    ['nesting without end', `${'['.repeat(200_000)}`, /begins as a JSON array/],
    [
      'a version beyond what a number holds',
      '[{"id":"a","version":9007199254740993,"deleted":true}]',
      /^entry 1: version must be a whole number/,
    ],
  ])('%s', (_, text, words) => {
    const { bad } = read(text);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatch(words);
  });

  test('what is not UTF-8, by its line', () => {
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(good('a'))}\n`), Buffer.from([0xff, 0xfe])]);
    expect(readUpdates(bytes).bad).toEqual([expect.stringMatching(/^line 2: .*not valid UTF-8/)]);
  });

  test('every bad entry at once', () => {
    expect(read(JSON.stringify([1, good('a'), null, 'x'])).bad.map((line) => line.split(':')[0])).toEqual([
      'entry 1',
      'entry 3',
      'entry 4',
    ]);
  });

  test('nothing in an empty file', () => {
    expect(read('')).toEqual({ good: [], bad: [] });
    expect(read('[]')).toEqual({ good: [], bad: [] });
  });
});
