import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseUpdate, updateBytesMax } from './core-data-update.ts';

const least = { id: 'shoes', version: 1, name: 'Shoes', landingUrl: 'https://shop.example/' };

const parse = (value: unknown) => parseUpdate(Buffer.from(JSON.stringify(value)));

describe('refused', () => {
  test.each([
    ['not UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 'update_not_utf8'],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22]), 'update_not_utf8'],
    ['half a surrogate pair as bytes', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'update_not_utf8'],
    ['nothing', Buffer.alloc(0), 'update_not_json'],
    ['no JSON', Buffer.from('id=shoes'), 'update_not_json'],
    ['JSON cut short', Buffer.from('{"id":"shoes","ver'), 'update_not_json'],
    ['JSON with more behind it', Buffer.from(`${JSON.stringify(least)}{}`), 'update_not_json'],
    ['30,000 nested arrays that never end', Buffer.alloc(30_000, '['), 'update_not_json'],
    ['30,000 nested arrays', Buffer.from(`${'['.repeat(30_000)}${']'.repeat(30_000)}`), 'update_invalid'],
    ['an array', Buffer.from(JSON.stringify([least])), 'update_invalid'],
    ['null', Buffer.from('null'), 'update_invalid'],
    ['a number', Buffer.from('42'), 'update_invalid'],
    ['text', Buffer.from('"shoes"'), 'update_invalid'],
    [
      'a description of 1 MB',
      Buffer.from(JSON.stringify({ ...least, description: 'x'.repeat(1e6) })),
      'update_too_large',
    ],
  ] as const)('%s', (_, bytes, reason) => {
    const result = parseUpdate(bytes);
    expect(result).toMatchObject({ ok: false, reason });
    expect(result).toHaveProperty('detail', expect.stringMatching(/./));
  });

  test('a byte more than 64 KiB, and not one less', () => {
    const frame = JSON.stringify({ ...least, note: '' }).length;
    const ofSize = (bytes: number) => parse({ ...least, note: 'x'.repeat(bytes - frame) });
    expect(ofSize(updateBytesMax).ok).toBe(true);
    expect(ofSize(updateBytesMax + 1)).toMatchObject({ ok: false, reason: 'update_too_large' });
  });

  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    id: [undefined, null, 7, '', 'a b', 'a/b', 'a#b', 'schön', 'a\n', 'x'.repeat(65)],
    version: [undefined, null, '1', 1.5, -1, 0, 2 ** 53, 1e300, true],
    name: [
      undefined,
      null,
      7,
      '',
      'x'.repeat(201),
      '👟'.repeat(201),
      'a\nb',
      'a\u001b[31m',
      'a\u0000',
      'a\u0085',
    ],
    status: ['ended', 'ACTIVE', '', null, 1],
    deleted: ['true', 'yes', 1, null],
    landingUrl: [
      undefined,
      null,
      '',
      'shop.example',
      '/shoes',
      '//shop.example/',
      'file:///etc/passwd',
      'ftp://shop.example/',
      'javascript:alert(1)',
      'data:text/html,x',
      'https:shop.example',
      'https:///shop.example',
      'https://',
      'https://?x',
      'https://user@shop.example/',
      'https://user:secret@shop.example/',
      'https://@shop.example/',
      'https://shop.example:99999/',
      'https://shop.example\\@evil.example/',
      'https://shop example/',
      ' https://shop.example/',
      'https://shop.example/\n',
      'https://shop.example/ü',
      'https://[::1',
      'https://{sub1}.example/',
      'https://shop.example/{sub33}',
      'https://shop.example/{sub0}',
      'https://shop.example/{clickid}',
      'https://shop.example/?c={click_id',
      'https://shop.example/%zz',
      'https://shop.example/"',
      'https://shop.example/#a#b',
      `https://shop.example/${'x'.repeat(2048)}`,
      // Within the limit as it stands, beyond it once it is escaped.
      `https://shop.example/?${"'".repeat(1500)}`,
    ],
    validFrom: [
      null,
      0,
      1767225600000,
      '',
      '2026-01-01',
      '2026-01-01T00:00:00',
      '2026-01-01T00:00:00+01:00',
      '2026-01-01T00:00:00+00:00',
      '2026-01-01 00:00:00Z',
      '2026-01-01t00:00:00z',
      '2026-02-30T00:00:00Z',
      '2026-01-01T24:00:00Z',
      '2026-01-01T00:00Z',
      '2026-12-31T23:59:60Z',
      '+12026-01-01T00:00:00Z',
      'Thu, 01 Jan 2026 00:00:00 GMT',
    ],
    deepLinkHosts: [
      null,
      'shop.example',
      [7],
      [''],
      ['.'],
      ['Shop.example'],
      ['shop'],
      ['.example'],
      ['..shop.example'],
      ['shop..example'],
      ['shop.example.'],
      ['*.shop.example'],
      ['shop.example:443'],
      ['https://shop.example'],
      ['shop.example/x'],
      ['-shop.example'],
      ['shop-.example'],
      ['192.0.2.1'],
      ['10.0.0.12'],
      ['[::1]'],
      ['müller.example'],
      [`${'x'.repeat(64)}.example`],
      [`${'x.'.repeat(125)}example`],
      Array.from({ length: 65 }, (_, index) => `h${index}.example`),
    ],
    signingKeyIds: [null, 'key-1', [7], [''], ['a b'], Array.from({ length: 17 }, (_, index) => `k${index}`)],
  };
  const cases = Object.entries(wrong).flatMap(([name, values]) =>
    values.map((value) => [name, JSON.stringify(value)?.slice(0, 60) ?? 'absent', value] as const),
  );

  test.each(cases)('%s: %s', (name, _, value) => {
    const result = parse({ ...least, [name]: value });
    expect(result).toMatchObject({ ok: false, reason: 'update_invalid' });
    // It says which field, so that whoever sent it finds it.
    expect(result).toHaveProperty('detail', expect.stringContaining(name));
  });

  test.each([
    ['before validFrom', '2026-06-01T00:00:00Z', '2026-05-31T23:59:59Z'],
    ['at validFrom: a window of nothing', '2026-06-01T00:00:00Z', '2026-06-01T00:00:00Z'],
  ])('validUntil %s', (_, validFrom, validUntil) => {
    expect(parse({ ...least, validFrom, validUntil })).toMatchObject({ ok: false, reason: 'update_invalid' });
  });

  test.each([
    ['without an id', { deleted: true, version: 1 }],
    ['with an id outside the pattern', { deleted: true, id: 'a/b', version: 1 }],
    ['without a version', { deleted: true, id: 'shoes' }],
    ['of version 0', { deleted: true, id: 'shoes', version: 0 }],
  ])('a deletion %s', (_, value) => {
    expect(parse(value)).toMatchObject({ ok: false, reason: 'update_invalid' });
  });

  test('many faults at once are named, a few of them', () => {
    const result = parse({ ...least, version: 0, name: '', deepLinkHosts: Array(20_000).fill(1) });
    expect(result).toHaveProperty('detail', expect.stringMatching(/version.*name.*deepLinkHosts/));
    expect(!result.ok && result.detail.length).toBeLessThan(2000);
  });

  test('any bytes and any JSON, without throwing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(typeof parseUpdate(bytes).ok).toBe('boolean');
        },
      ),
    );
  });

  test('any value in any place, without throwing', () => {
    const fields = [
      'id',
      'version',
      'deleted',
      'name',
      'status',
      'validFrom',
      'validUntil',
      'landingUrl',
      'deepLinkHosts',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (name, value) => {
        expect(typeof parse({ ...least, [name]: value }).ok).toBe('boolean');
      }),
    );
  });
});
