import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isIdentifier } from '@trackline/domain/identifier';
import type { Program, ProgramVersion } from '@trackline/domain/program';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { coreDataUpdateSchema, formatUpdate, parseUpdate, updateBytesMax } from './core-data-update.ts';

const least = { id: 'shoes', version: 1, name: 'Shoes', landingUrl: 'https://shop.example/' };

const parseText = (text: string) => parseUpdate(Buffer.from(text));
const parse = (value: unknown) => parseText(JSON.stringify(value));

function parsed(value: unknown): ProgramVersion {
  const result = parse(value);
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result.program;
}

describe('an update', () => {
  test('may leave out what has a default', () => {
    expect(parsed(least)).toEqual({
      deleted: false,
      id: 'shoes',
      version: 1,
      name: 'Shoes',
      status: 'active',
      validFromMs: null,
      validUntilMs: null,
      landingUrl: 'https://shop.example/',
      deepLinkHosts: [],
      signingKeyIds: [],
    } satisfies Program);
  });

  test('may say everything', () => {
    const everything = {
      ...least,
      version: Number.MAX_SAFE_INTEGER,
      deleted: false,
      status: 'paused',
      validFrom: '2026-01-01T00:00:00Z',
      validUntil: '2026-12-31T23:59:59.999Z',
      deepLinkHosts: ['shop.example', '.outlet.shop.example', 'xn--mnchen-3ya.example'],
      signingKeyIds: ['key-1', 'key_2'],
    };
    expect(parsed(everything)).toEqual({
      deleted: false,
      id: 'shoes',
      version: Number.MAX_SAFE_INTEGER,
      name: 'Shoes',
      status: 'paused',
      validFromMs: Date.UTC(2026, 0, 1),
      validUntilMs: Date.UTC(2026, 11, 31, 23, 59, 59, 999),
      landingUrl: 'https://shop.example/',
      deepLinkHosts: everything.deepLinkHosts,
      signingKeyIds: everything.signingKeyIds,
    });
  });

  test('that deletes needs an id and a version, and nothing else that it says counts', () => {
    const tombstone = { deleted: true, id: 'shoes', version: 9 };
    expect(parsed(tombstone)).toEqual(tombstone);
    expect(parsed({ ...tombstone, name: 7, landingUrl: 'file:///x', note: 'gone' })).toEqual(tombstone);
  });

  test('is frozen, with what it holds', () => {
    const program = parsed({ ...least, deepLinkHosts: ['a.example'] }) as Program;
    expect([program, program.deepLinkHosts, program.signingKeyIds].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(parsed({ deleted: true, id: 'shoes', version: 1 }))).toBe(true);
  });

  test('may hold fields that nobody knows: they are ignored', () => {
    expect(parsed({ ...least, budget: { daily: 100 }, constructor: 1, toString: null })).toEqual(
      parsed(least),
    );
  });

  test.each(['__proto__', 'constructor'])('with a field %s pollutes nothing', (name) => {
    const text = JSON.stringify(least).replace(
      '{',
      `{"${name}":{"prototype":{"polluted":1},"polluted":1,"deleted":true},`,
    );
    const result = parseText(text);
    expect(result).toEqual({ ok: true, program: parsed(least) });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('may begin with a byte order mark', () => {
    expect(parseText(`\ufeff${JSON.stringify(least)}`).ok).toBe(true);
  });

  test('has its landing URL as browsers would write it', () => {
    const landingUrl = (url: string) => (parsed({ ...least, landingUrl: url }) as Program).landingUrl;
    expect(landingUrl('HTTPS://Shop.Example:443')).toBe('https://shop.example/');
    expect(landingUrl('http://shop.example:8080/a/../b?c=%20#d')).toBe('http://shop.example:8080/b?c=%20#d');
    expect(landingUrl('https://shop.example/@me?to=a@b.example')).toBe(
      'https://shop.example/@me?to=a@b.example',
    );
  });

  test('may have macros behind the host of its landing URL, also once more as they were written', () => {
    const landingUrl = (url: string) => (parsed({ ...least, landingUrl: url }) as Program).landingUrl;
    const written = landingUrl(
      'https://shop.example/{program_id}?c={click_id}&s={sub1}{sub32}#{publisher_id}',
    );
    expect(written).toBe('https://shop.example/%7Bprogram_id%7D?c={click_id}&s={sub1}{sub32}#{publisher_id}');
    expect(landingUrl(written)).toBe(written);
  });

  test('keeps the times it can: whole milliseconds', () => {
    const program = parsed({ ...least, validFrom: '2026-01-01T00:00:00.123456789Z' }) as Program;
    expect(program.validFromMs).toBe(Date.UTC(2026, 0, 1, 0, 0, 0, 123));
  });

  test('may have a name of 200 characters, whatever they take to write', () => {
    expect((parsed({ ...least, name: '👟'.repeat(200) }) as Program).name).toHaveLength(400);
  });
});

describe('the canonical text', () => {
  const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const host = fc.tuple(fc.constantFrom('', '.'), label).map(([dot, name]) => `${dot}${name}.example`);
  const identifier = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
  const id = identifier;
  const version = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const timeMs = fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) });
  const program: fc.Arbitrary<Program> = fc
    .record({
      deleted: fc.constant(false as const),
      id,
      version,
      name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      status: fc.constantFrom('active', 'paused'),
      validFromMs: fc.option(timeMs),
      validUntilMs: fc.option(timeMs),
      landingUrl: fc
        .webUrl({ withQueryParameters: true, withFragments: true })
        .filter((url) => URL.canParse(url))
        .map((url) => new URL(url).href),
      deepLinkHosts: fc.array(host, { maxLength: 64 }),
      signingKeyIds: fc.array(identifier, { maxLength: 16 }),
    })
    .filter(({ validFromMs, validUntilMs }) => (validFromMs ?? -1) < (validUntilMs ?? Infinity));
  const tombstone = fc.record({ deleted: fc.constant(true as const), id, version });

  test('is read as the program that it was written from', () => {
    fc.assert(
      fc.property(fc.oneof(program, tombstone), (one) => {
        expect(parseText(formatUpdate(one))).toEqual({ ok: true, program: one });
      }),
    );
  });

  test('is the same for equal content, however it was sent', () => {
    const sent = { ...least, validFrom: '2026-01-01T00:00:00Z', note: 'x' };
    const otherwise = {
      landingUrl: 'HTTPS://SHOP.example',
      validFrom: '2026-01-01T00:00:00.000Z',
      name: 'Shoes',
    };
    const more = {
      version: 1,
      id: 'shoes',
      deepLinkHosts: [],
      signingKeyIds: [],
      status: 'active',
      deleted: false,
    };
    expect(formatUpdate(parsed({ ...otherwise, ...more }))).toBe(formatUpdate(parsed(sent)));
  });

  test('is another for any other content', () => {
    fc.assert(
      fc.property(program, program, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(formatUpdate(a)).not.toBe(formatUpdate(b));
      }),
    );
  });

  test('is itself within the limit, for the largest program there can be', () => {
    const largest = parsed({
      ...least,
      name: '\\'.repeat(200),
      landingUrl: `https://shop.example/${'x'.repeat(2027)}`,
      deepLinkHosts: Array<string>(64).fill(`${'abcdefghi.'.repeat(24)}example`),
      signingKeyIds: Array.from({ length: 16 }, () => 'k'.repeat(64)),
    });
    expect(Buffer.byteLength(formatUpdate(largest))).toBeLessThan(updateBytesMax);
    expect(parseText(formatUpdate(largest))).toEqual({ ok: true, program: largest });
  });

  test('stands as it is written here', () => {
    expect(formatUpdate(parsed({ ...least, validUntil: '2027-01-01T00:00:00Z' }))).toBe(
      '{"id":"shoes","version":1,"name":"Shoes","status":"active","validUntil":"2027-01-01T00:00:00.000Z",' +
        '"landingUrl":"https://shop.example/","deepLinkHosts":[],"signingKeyIds":[]}',
    );
    expect(formatUpdate(parsed({ deleted: true, id: 'shoes', version: 2 }))).toBe(
      '{"id":"shoes","version":2,"deleted":true}',
    );
  });
});

describe('the published schema', () => {
  const read = (...path: string[]) =>
    JSON.parse(readFileSync(join(import.meta.dirname, ...path), 'utf8')) as unknown;
  const published = read('core-data-update.schema.json') as object;
  const ajv = new Ajv();
  addFormats.default(ajv);
  const fits = ajv.compile(published);

  test('is the one that updates are held against', () => {
    expect(published).toEqual(JSON.parse(JSON.stringify(coreDataUpdateSchema)));
  });

  test('lets a producer leave out what we do not need', () => {
    expect(fits(least)).toBe(true);
    expect(fits({ id: 'shoes', version: 1, deleted: true })).toBe(true);
    expect(fits({ id: 'shoes', version: 1 })).toBe(false);
  });

  test('knows the ids that the domain knows', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 70 }), fc.stringMatching(/^[\w-]{60,70}$/)), (id) => {
        expect(fits({ ...least, id })).toBe(isIdentifier(id));
      }),
    );
  });

  test('fits the sample programs', () => {
    const samples = read('..', 'examples', 'programs.json') as unknown[];
    expect(samples.length).toBeGreaterThan(2);
    for (const sample of samples) {
      expect(fits(sample)).toBe(true);
      expect(parse(sample)).toMatchObject({ ok: true });
    }
  });
});
