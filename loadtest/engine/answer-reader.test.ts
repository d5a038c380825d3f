import { describe, expect, test } from 'vitest';
import { AnswerReader } from './answer-reader.ts';

const pixel =
  'HTTP/1.1 200 OK\r\nx-tracking-verdict: rejected; reason=program_paused\r\ncontent-type: image/gif\r\n' +
  'content-length: 3\r\nConnection: keep-alive\r\n\r\nGIF';

describe('an answer', () => {
  test('is read whole', () => {
    const reader = new AnswerReader();
    expect(reader.read(pixel)).toBe(true);
    expect(reader.answer).toMatchObject({
      status: 200,
      verdict: 'rejected; reason=program_paused',
      body: 'GIF',
      closes: false,
    });
  });

  test('is read in pieces, wherever it is cut', () => {
    for (let cut = 1; cut < pixel.length; cut++) {
      const reader = new AnswerReader();
      expect(reader.read(pixel.slice(0, cut))).toBe(false);
      expect(reader.read(pixel.slice(cut))).toBe(true);
      expect(reader.answer).toMatchObject({ status: 200, body: 'GIF' });
    }
  });

  test('may have no body, and may end the connection', () => {
    const reader = new AnswerReader();
    expect(reader.read('HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n')).toBe(true);
    expect(reader.answer).toMatchObject({ status: 204, verdict: '', body: '', closes: true });
  });

  test('is told in either spelling of the headers', () => {
    const reader = new AnswerReader();
    expect(reader.read('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')).toBe(true);
    expect(reader.answer.body).toBe('ok');
  });

  test.each([
    ['without a length', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'],
    ['of another protocol', 'SSH-2.0-OpenSSH\r\n\r\n'],
    ['with another one behind it, that nobody asked for', `${pixel}HTTP/1.1 200 OK`],
  ])('%s is unreadable', (_, text) => {
    expect(new AnswerReader().read(text)).toBe('unreadable');
  });
});
