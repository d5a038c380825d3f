import { expect, test } from 'vitest';
import { hexDump } from './hex-dump.ts';

test('looks as hexdump -C does', () => {
  const bytes = Buffer.concat([Buffer.from('{"id":"a\u001b[31m"}'), Buffer.from([0, 0x7f, 0xff])]);
  expect(hexDump(bytes).split('\n')).toEqual([
    '00000000  7b 22 69 64 22 3a 22 61  1b 5b 33 31 6d 22 7d 00  {"id":"a.[31m"}.',
    '00000010  7f ff                                             ..',
  ]);
});

test('of nothing is nothing', () => {
  expect(hexDump(new Uint8Array())).toBe('');
});

test('says how much it left out', () => {
  expect(hexDump(Buffer.from('abcdef'), 4).split('\n')).toEqual([
    `00000000  61 62 63 64${' '.repeat(37)}  abcd`,
    '… 2 bytes more: --full shows them',
  ]);
});
