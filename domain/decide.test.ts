import { describe, expect, test } from 'vitest';
import { program } from '../test/helpers/programs.ts';
import { decide, type ProgramLookup } from './decide.ts';
import type { Program } from './program.ts';

const now = Date.UTC(2026, 10, 23);

function known(change: Partial<Program>, unverified = false): ProgramLookup {
  return { kind: 'known', program: program(change), unverified };
}

test.each([
  ['active, without a window', {}, null],
  ['paused', { status: 'paused' }, 'program_paused'],
  ['a millisecond before its window', { validFromMs: now + 1 }, 'program_not_yet_valid'],
  ['at the first millisecond of its window', { validFromMs: now }, null],
  ['at the last millisecond of its window', { validUntilMs: now + 1 }, null],
  ['at the end of its window, which is outside', { validUntilMs: now }, 'program_expired'],
  ['within both ends', { validFromMs: now - 1, validUntilMs: now + 1 }, null],
  ['paused and expired: paused says more', { status: 'paused', validUntilMs: 0 }, 'program_paused'],
] as const)('a program that is %s', (_, change, reason) => {
  expect(decide(known(change), now, true)).toBe(reason);
  expect(decide(known(change), now, false)).toBe(reason);
});

test('a program served past its TTL is decided on as any other', () => {
  expect(decide(known({}, true), now, false)).toBeNull();
  expect(decide(known({ status: 'paused' }, true), now, true)).toBe('program_paused');
});

describe('unknown is not unknowable', () => {
  test('an unknown program is rejected, also where unverified events are taken', () => {
    expect(decide({ kind: 'unknown' }, now, true)).toBe('program_unknown');
    expect(decide({ kind: 'unknown' }, now, false)).toBe('program_unknown');
  });

  test('an unknowable one is taken where unverified events are, and else shed', () => {
    expect(decide({ kind: 'unknowable' }, now, true)).toBeNull();
    expect(decide({ kind: 'unknowable' }, now, false)).toBe('program_unknowable');
  });
});
