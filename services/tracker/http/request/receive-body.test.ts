import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { RawConnection } from '../../../../test/helpers/raw-http.ts';
import { buildTracker } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';
import { BodyRefused, BodyRoom } from './receive-body.ts';

const limits = { bodyPiecesMax: 4, bodyPieceOverheadBytes: 100, bodyBytesHeldMax: 1_000 };

function receive(room: BodyRoom, bytesMax = 10, contentLength?: number) {
  const body = new PassThrough();
  const outcomes: (string | undefined)[] = [];
  const headers = contentLength === undefined ? {} : { 'content-length': String(contentLength) };
  room.receive(Object.assign(body, { headers }) as unknown as IncomingMessage, bytesMax, (error, bytes) => {
    outcomes.push(error instanceof BodyRefused ? error.reason : (error?.message ?? bytes?.toString()));
  });
  return { body, outcomes };
}

describe('BodyRoom', () => {
  test('gives the bytes, whole, and holds them no longer', async () => {
    const room = new BodyRoom(limits);
    const { body, outcomes } = receive(room);
    body.write('12345');
    body.write('67890');
    await until('the pieces', () => room.heldBytes === 210);
    body.end();
    await until('the body', () => outcomes.length > 0);
    expect(outcomes).toEqual(['1234567890']);
    expect(room.heldBytes).toBe(0);
  });

  test.each([
    ['a byte too many', ['12345678901'], 'body_too_large'],
    ['a byte too many, in pieces', ['1234567890', '1'], 'body_too_large'],
    ['a piece too many', ['1', '2', '3', '4', '5'], 'malformed'],
  ])('%s: refused, once, and held no longer', async (_, pieces, reason) => {
    const room = new BodyRoom(limits);
    const { body, outcomes } = receive(room);
    for (const piece of pieces) body.write(piece);
    await until('the refusal', () => outcomes.length > 0);
    body.end('more');
    await until('the end', () => body.readableEnded);
    expect(outcomes).toEqual([reason]);
    expect(room.heldBytes).toBe(0);
  });

  test('what is announced as too large is not waited for', () => {
    expect(receive(new BodyRoom(limits), 10, 11).outcomes).toEqual(['body_too_large']);
    expect(receive(new BodyRoom(limits), 10, 10).outcomes).toEqual([]);
  });

  test.each([
    ['an error', new Error('gone'), 'gone'],
    ['none', undefined, 'malformed'],
  ])('a body that breaks off with %s is told, once, and held no longer', async (_, error, told) => {
    const room = new BodyRoom(limits);
    const { body, outcomes } = receive(room);
    body.write('1');
    await until('the piece', () => room.heldBytes > 0);
    body.destroy(error);
    await until('the end', () => outcomes.length > 0);
    // An error is followed by the end of the stream.
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual([told]);
    expect(room.heldBytes).toBe(0);
  });

  test('all together have no more room than there is', async () => {
    const room = new BodyRoom(limits);
    const bodies = Array.from({ length: 10 }, () => receive(room));
    for (const { body } of bodies) body.write('1');
    await until('the refusal', () => bodies.some(({ outcomes }) => outcomes.length > 0));
    expect(bodies.map(({ outcomes }) => outcomes[0])).toEqual([...Array(9).fill(undefined), 'bodies_full']);
    bodies[0]!.body.end();
    await until('the first', () => bodies[0]!.outcomes.length > 0);
    const next = receive(room);
    next.body.end('1');
    await until('the next', () => next.outcomes.length > 0);
    expect(next.outcomes).toEqual(['1']);
  });
});

test('where there is no room: 503, and when to come again; then there is', async () => {
  const { url, tracker } = await buildTracker({ limits: { bodyBytesHeldMax: 1_500 } }, true);
  const post = (body: string, length: number) =>
    `POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;
  const slow = await RawConnection.open(url);
  await slow.send(post('['.padEnd(1_000), 2_000));
  const event = JSON.stringify([{ type: 'impression', programId: 'aurora-shoes' }]);
  const say = async () => {
    const connection = await RawConnection.open(url);
    void connection.send(post(event.padEnd(500), 500));
    const reply = await connection.reply();
    connection.close();
    return reply!;
  };
  const shed = await until('a refusal', async () => {
    const reply = await say();
    return reply.status === 503 && reply;
  });
  expect(shed.headers).toMatchObject({
    'x-tracking-verdict': 'shed; reason=bodies_full',
    'retry-after': expect.stringMatching(/^[123]$/),
    'cache-control': 'no-store',
  });
  const pixel = await tracker.publicServer.inject('/v1/impression/aurora-shoes');
  expect(pixel.headers['x-tracking-verdict']).toBe('accepted');
  slow.reset();
  await until('the room', async () => (await say()).status === 202);
});
