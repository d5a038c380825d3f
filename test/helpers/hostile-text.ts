import { harmful } from '@trackline/adapters/log/harmless';
import { expect } from 'vitest';

/** In whatever a caller of ours says: what callers say is not logged at all. */
export const callersMark = 'c4ller';

/** What could forge a line of a log, or do something to the terminal of whoever reads it. */
export const hostileTexts: readonly string[] = [
  '\r\n{"level":60,"event":"forged"}',
  '\n',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m\u0085',
  '\u0000\u007f',
  '\u2028\u2029',
  '\u202e\u2066\u200f',
  '\ud800',
  '\udc00\ud800',
  '__proto__',
  '{"__proto__":{"event":"forged"}}',
  '"}{"event":"forged"}',
  '%0d%0a%1b[31m',
  'x'.repeat(8 * 1024),
];

/** As it goes over the wire: a lone surrogate, which UTF-8 does not have, in the three bytes of CESU-8. */
export function wireBytes(text: string): Buffer {
  const parts = [...text].map((character) => {
    const code = character.codePointAt(0)!;
    if (code < 0xd800 || code > 0xdfff) return Buffer.from(character);
    return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
  });
  return Buffer.concat(parts);
}

/** Every byte percent-encoded. */
export function encoded(text: string): string {
  return [...wireBytes(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/**
 * Each line is exactly one JSON object, of an event of ours, with nothing in it that harms a terminal.
 *
 * @param raw what was logged, byte for byte
 * @param secrets what must appear nowhere, in no usual coding either
 */
export function expectHarmlessLog(raw: string, secrets: readonly string[]): void {
  expect(raw.endsWith('\n')).toBe(true);
  for (const line of raw.slice(0, -1).split('\n')) {
    expect(JSON.parse(line)).toMatchObject({
      level: expect.any(Number),
      event: expect.stringMatching(/^[a-z_]+$/),
    });
    expect(JSON.parse(line).event).not.toBe('forged');
  }
  expectHarmless(raw, secrets);
}

/** Nothing but line breaks of its own in it does anything to a terminal, and it holds no secret. */
export function expectHarmless(raw: string, secrets: readonly string[] = []): void {
  expect(raw.replaceAll('\n', '').match(harmful)).toBeNull();
  for (const secret of secrets) {
    for (const text of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
      expect(raw).not.toContain(text);
    }
  }
}
