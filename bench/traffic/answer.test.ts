import { describe, expect, test } from 'vitest';
import { differences, ownHeaders, parseAnswer } from './answer.ts';

const answer = (text: string) => parseAnswer(Buffer.from(text.replaceAll('\n', '\r\n')))!;
const pixel = 'HTTP/1.1 200 OK\nx-tracking-verdict: accepted\ncontent-length: 3\nDate: now\n\nGIF';

describe('an answer', () => {
  test('is taken apart once it is whole', () => {
    const whole = Buffer.from(pixel.replaceAll('\n', '\r\n'));
    expect(parseAnswer(whole.subarray(0, 20))).toBeNull();
    expect(parseAnswer(whole.subarray(0, whole.length - 1))).toBeNull();
    const { status, body, bytes } = parseAnswer(Buffer.concat([whole, Buffer.from('more')]))!;
    expect({ status, body: body.toString(), bytes: bytes.length }).toEqual({
      status: 200,
      body: 'GIF',
      bytes: whole.length,
    });
  });

  test('has headers that are not Node’s to add', () => {
    expect(ownHeaders(answer(pixel))).toEqual({ 'x-tracking-verdict': 'accepted', 'content-length': '3' });
  });
});

describe('two answers', () => {
  test('are the same whose values are as long', () => {
    expect(differences(answer(pixel), answer(pixel.replace('now', 'old').replace('GIF', 'FIG')))).toEqual([]);
  });

  test('differ by status, headers and length', () => {
    const other = 'HTTP/1.1 503 No\nserver: x\ncontent-length: 4\nDate: now\n\nGIF8';
    expect(differences(answer(pixel), answer(other))).toEqual([
      'status 503 in place of 200',
      'without x-tracking-verdict of 8',
      'with server of 1',
      'a body of 4 bytes in place of 3',
    ]);
  });
});
