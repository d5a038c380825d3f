import { describe, expect, test } from 'vitest';
import { visible, visibleJson, visibleLines } from './visible.ts';

const esc = '\u001b';

describe('visible', () => {
  test.each([
    ['a colour', `${esc}[31mred`, '\\x1b[31mred'],
    ['a window title', `${esc}]0;owned\u0007`, '\\x1b]0;owned\\x07'],
    ['an 8-bit control sequence', '\u009b2J', '\\x9b2J'],
    ['carriage return, newline, tab', 'a\r\n\tb', 'a\\r\\n\\tb'],
    ['NUL and DEL', '\u0000\u007f', '\\x00\\x7f'],
    ['a right-to-left override', 'a\u202eb', 'a\\u202eb'],
    ['isolates and marks', '\u2066\u200f', '\\u2066\\u200f'],
    ['a byte-order mark and a zero-width space', '\ufeff\u200b', '\\ufeff\\u200b'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a lone surrogate', '\ud800', '\\ud800'],
    ['a tag character, beyond the basic plane', '\u{e0041}', '\\udb40\\udc41'],
  ])('shows %s as an escape', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test.each(['Aurora Shoes, autumn', 'Straße 北京 🏔️', 'می‌خواهم', 'a\\b "c"'])('leaves %s alone', (text) => {
    expect(visible(text)).toBe(text);
  });
});

test('visibleLines keeps the text’s own lines', () => {
  expect(visibleLines(`a\n${esc}b`)).toBe('a\n\\x1bb');
});

describe('visibleJson', () => {
  test('writes nothing to a terminal that is not harmless', () => {
    expect(visibleJson({ ua: `${esc}\u009b\u202e\u007f` })).toBe(
      '{\n  "ua": "\\u001b\\u009b\\u202e\\u007f"\n}',
    );
  });

  test('says the same to a parser', () => {
    const value = { 'k\u009b': ['\u2028\ufeff\u{e0041}', 'plain', 1, null, true] };
    expect(JSON.parse(visibleJson(value))).toEqual(value);
  });
});
