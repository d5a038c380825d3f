import { describe, expect, test } from 'vitest';
import type { Answer } from '../engine/answer-reader.ts';
import type { Call } from '../engine/call.ts';
import { ClientBooks } from './client-books.ts';

const id = (last: number) => `01a20889-d31e-714e-992a-15${String(last).padStart(10, '0')}`;
const call = (kind: Call['kind'], types: Call['types']): Call => ({ kind, types, programId: 'p', text: '' });
const answer = (verdict: string, more: Partial<Answer> = {}): Answer => ({
  status: 200,
  verdict,
  head: 'HTTP/1.1 200 OK',
  body: '',
  closes: false,
  ...more,
});

describe('the clients’ books', () => {
  test('count a pixel, of which no id is told', () => {
    const books = new ClientBooks();
    books.answered(call('impression', ['impression']), answer('accepted', { body: 'GIF' }));
    expect(books).toMatchObject({ accepted: { impression: 1 }, untold: { impression: 1 } });
    expect(books.oracle.accepted).toBe(0);
  });

  test('know a click by where it goes, and pass it on', () => {
    const heard: string[][] = [];
    const books = new ClientBooks((...click) => heard.push(click));
    const head = `HTTP/1.1 302 Found\r\nlocation: https://shop.example/?a=1&cid=${id(1)}`;
    books.answered(call('click', ['click']), answer('accepted', { status: 302, head }));
    expect(books).toMatchObject({ accepted: { click: 1 }, untold: { click: 0 } });
    expect(heard).toEqual([['p', id(1)]]);
  });

  test('know an order that may be claimed', () => {
    const books = new ClientBooks();
    const post = call('transaction', ['transaction']);
    const body = (last: number, claims: boolean) =>
      `{"messageId":"${id(last)}","verdict":"accepted","claims":${claims}}`;
    books.answered(post, answer('accepted', { body: body(1, true) }));
    books.answered(post, answer('accepted', { body: body(2, false) }));
    books.answered(call('other', ['transaction']), answer('accepted', { body: 'GIF' }));
    expect(books.accepted.transaction).toBe(3);
    expect(books.orders).toEqual({ claimed: 1, open: 1 });
  });

  test('take the events of a batch one by one', () => {
    const books = new ClientBooks();
    const outcomes = [
      { messageId: id(1), verdict: 'accepted' },
      { verdict: 'rejected', reason: 'program_unknown' },
      { verdict: 'shed', reason: 'stream_unconfirmed' },
      { verdict: 'shed', reason: 'spool_full' },
    ];
    books.answered(
      call('batch', ['impression', 'click', 'click', 'click']),
      answer('accepted; accepted=1; rejected=1; shed=2', { body: JSON.stringify({ outcomes }) }),
    );
    expect(books).toMatchObject({
      accepted: { impression: 1, click: 0 },
      rejected: 1,
      ambiguous: { impression: 0, click: 1 },
    });
  });

  test('leave open what was not answered, and what is kept though it was not confirmed', () => {
    const books = new ClientBooks();
    books.unanswered(call('batch', ['impression', 'click']));
    books.answered(call('transaction', ['transaction']), answer('shed; reason=stream_unconfirmed'));
    expect(books.ambiguous).toEqual({ impression: 1, click: 1, transaction: 1 });
  });

  test('see an id that two calls are told', () => {
    const books = new ClientBooks();
    const lookup = () =>
      books.answered(
        call('lookup', ['impression']),
        answer('accepted', { body: `{"messageId":"${id(1)}"}` }),
      );
    lookup();
    expect(books.repeated).toBe(0);
    lookup();
    expect(books).toMatchObject({ repeated: 1, accepted: { impression: 2 } });
  });

  test('leave out what is no event', () => {
    const books = new ClientBooks();
    books.answered(call('other', ['click']), answer('ignored'));
    books.answered(call('other', []), answer('ignored', { status: 204 }));
    books.answered(call('impression', ['impression']), answer('shed; reason=overloaded'));
    books.answered(call('batch', ['click']), answer('shed; reason=overloaded', { body: '{"error":{}}' }));
    expect(books).toMatchObject({
      accepted: { impression: 0, click: 0, transaction: 0 },
      ambiguous: { impression: 0, click: 0, transaction: 0 },
      rejected: 0,
    });
  });
});
