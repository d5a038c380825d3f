import { describe, expect, test } from 'vitest';
import { BadOptions, isWanted, profiled, readOptions } from './options.ts';

describe('the options', () => {
  test('are usual ones where nothing is said, and shorter in quick', () => {
    expect(readOptions([])).toMatchObject({
      quick: false,
      only: [],
      rounds: 5,
      roundMs: 3_000,
      against: null,
    });
    expect(readOptions(['--quick'])).toMatchObject({ rounds: 3, roundMs: 800 });
    expect(readOptions(['--quick', '--rounds', '7'])).toMatchObject({ rounds: 7 });
  });

  test('may ask for help', () => {
    expect(readOptions(['--help'])).toBeNull();
  });

  test.each([
    ['--only pixels', 'pixels'],
    ['--rounds 0', '--rounds'],
    ['--rounds', 'rounds'],
    ['--round-ms 1', '--round-ms'],
    ['--fast', '--fast'],
    ['--profile --against main', '--profile'],
  ])('%s is refused, and named', (text, name) => {
    expect(() => readOptions(text.split(' '))).toThrow(BadOptions);
    expect(() => readOptions(text.split(' '))).toThrow(name);
  });
});

describe('what is wanted', () => {
  test('is all where nothing is chosen', () => {
    expect(isWanted({ only: [] }, 'pixel.memory')).toBe(true);
  });

  test('is a group, or one of it', () => {
    expect(isWanted({ only: ['pixel'] }, 'pixel.memory')).toBe(true);
    expect(isWanted({ only: ['pixel.memory'] }, 'pixel')).toBe(true);
    expect(isWanted({ only: ['pixel.memory'] }, 'pixel.disk')).toBe(false);
    expect(isWanted({ only: ['memory'] }, 'pixel.memory')).toBe(false);
  });

  test('to be profiled is the memory pixel, or the trackers that are chosen', () => {
    expect(profiled({ only: [] })).toEqual(['pixel.memory']);
    expect(profiled({ only: ['transaction'] })).toEqual(['transaction.disk', 'transaction.stream']);
    expect(profiled({ only: ['pixel.disk'] })).toEqual(['pixel.disk']);
  });
});
