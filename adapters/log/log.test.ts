import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../../test/helpers/until.ts';
import { buildLog } from './log.ts';

/** What a log writes of these fields, byte for byte. */
function lineOf(fields: object): string {
  const lines: string[] = [];
  const log = buildLog({ base: { service: 'test' }, to: { write: (line) => void lines.push(line) } });
  log.info(fields);
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

test.each([
  ['NUL, newlines, an escape', '\u0000\r\n\u001b[2J', '\\u0000\\r\\n\\u001b[2J'],
  ['DEL and an 8-bit control sequence', '\u007f\u009b2J', '\\u007f\\u009b2J'],
  ['line separators', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
  ['a right-to-left override', 'a\u202eb', 'a\\u202eb'],
  ['a lone surrogate', '\ud800', '\\ud800'],
  ['a tag character, beyond the basic plane', '\u{e0041}', '\\udb40\\udc41'],
])('%s are escapes, in keys and values, and say the same to a parser', (_, text, written) => {
  const line = lineOf({ [text]: text });
  expect(line).toContain(`"${written}":"${written}"`);
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(JSON.parse(line)).toMatchObject({ service: 'test', [text]: text });
});

test.each(['Straße 北京 🏔️', 'می‌خواهم', 'a\\b "c"'])('%s stays as it is', (text) => {
  expect(lineOf({ text })).toContain(JSON.stringify(text));
});

describe('of an error', () => {
  test('type, code, message and stack are told, and nothing that hangs on it', () => {
    const error = Object.assign(new TypeError('WRONGPASS', { cause: new Error('pa55') }), {
      code: 'E_PLANTED',
      command: { name: 'auth', args: ['pa55'] },
    });
    const line = lineOf({ err: error });
    expect(JSON.parse(line).err).toEqual({
      type: 'TypeError',
      code: 'E_PLANTED',
      message: 'WRONGPASS',
      stack: expect.stringContaining('log.test.ts'),
    });
    expect(line).not.toContain('pa55');
  });

  test('that is none, what it is', () => {
    expect(JSON.parse(lineOf({ err: 'pa55' })).err).toEqual({ type: 'string' });
  });
});

test('a file is a place, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.log');
  buildLog({ base: null, to: path, level: 'warn' }).warn({ event: 'planted' });
  const text = await until('the line', () => existsSync(path) && readFileSync(path, 'utf8'));
  expect(JSON.parse(text)).toMatchObject({ event: 'planted' });
});
