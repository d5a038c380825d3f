import { expect, test } from 'vitest';
import { program as anyProgram } from '../test/helpers/programs.ts';
import { freezeProgram, type Program } from './program.ts';

const program = (): Program => ({
  ...anyProgram(),
  deepLinkHosts: ['shop.example'],
  signingKeyIds: ['key-1'],
});

test('a frozen program can’t be changed, nor can what it holds', () => {
  const frozen = freezeProgram(program()) as { -readonly [K in keyof Program]: Program[K] };
  expect(() => {
    frozen.status = 'paused';
  }).toThrow(TypeError);
  expect(() => (frozen.deepLinkHosts as string[]).push('evil.example')).toThrow(TypeError);
  expect(() => (frozen.signingKeyIds as string[]).pop()).toThrow(TypeError);
  expect(frozen).toEqual(program());
});

test('every value that a program holds is frozen or primitive', () => {
  const values = Object.values(freezeProgram(program()));
  expect(values.filter((value) => typeof value === 'object' && !Object.isFrozen(value))).toEqual([]);
});

test('it is the same program, and a tombstone can be frozen too', () => {
  const tombstone = { deleted: true, id: 'shoes', version: 2 } as const;
  expect(freezeProgram(tombstone)).toBe(tombstone);
  expect(Object.isFrozen(tombstone)).toBe(true);
});
