import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { until } from '../helpers/until.ts';

/** A stream whose calls may take 200 ms, at a server that is up to no good. */
async function streamAt(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stream = connectKinesisEventStream({
    streamName: 'events',
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requestTimeoutMs: 200,
  });
  onTestFinished(async () => {
    await stream.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { stream, sockets };
}

const record = { data: Buffer.alloc(128 * 1024), partitionKey: 'w1' };

/** Answers calls, each read to its end; what it is given may go on for as long as the connection does. */
function http(answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void): Server {
  return createHttpServer((incoming, outgoing) => {
    incoming.resume().on('end', () => answer(incoming, outgoing));
  });
}

function trickle(write: () => unknown, connection: { on(event: 'close', listener: () => void): unknown }) {
  const timer = setInterval(write, 20);
  connection.on('close', () => clearInterval(timer));
}

// Each of these never ends by itself: a call that is over was given up.
describe('a stream that takes the connection and', () => {
  test.each<[string, () => Server]>([
    ['never says a word', () => createServer((socket) => socket.resume())],
    ['never reads', () => createServer((socket) => socket.pause())],
    ['never answers', () => http(() => {})],
    [
      'trickles its headers',
      () =>
        http(({ socket }) => {
          socket.write('HTTP/1.1 200 OK\r\n');
          trickle(() => socket.write('x: y\r\n'), socket);
        }),
    ],
    ['answers headers and no body', () => http((_, outgoing) => outgoing.writeHead(200).flushHeaders())],
    [
      'answers a part of the body',
      () => http((_, outgoing) => outgoing.writeHead(200, { 'content-length': 100 }).write('{"Records":')),
    ],
    [
      'trickles its body',
      () =>
        http((_, outgoing) => {
          outgoing.writeHead(200);
          trickle(() => outgoing.write(' '), outgoing);
        }),
    ],
  ])('%s: the call fails in time, may be tried again, and its connection is given up', async (_, build) => {
    const { stream, sockets } = await streamAt(build());
    const outcome = { ok: false, code: 'TimeoutError', throttled: false, retriable: true };
    expect(await stream.put([record, record])).toEqual([outcome, outcome]);
    // One that does not read does not see it, either.
    for (const socket of sockets) socket.resume();
    await until('its connection to be closed', () => sockets.size === 0);
    expect(await stream.put([record])).toEqual([outcome]);
  });
});

test('after our clock jumped by hours a refused call may be tried again, and is signed for the right time', async () => {
  const rightTime = new Date(Date.now() + 5 * 3_600_000);
  const signedAt: string[] = [];
  const { stream } = await streamAt(
    http((incoming, outgoing) => {
      signedAt.push(String(incoming.headers['x-amz-date']));
      const isRight =
        signedAt.at(-1)!.slice(0, 11) >= rightTime.toISOString().replace(/\W/g, '').slice(0, 11);
      outgoing.writeHead(isRight ? 200 : 400, { date: rightTime.toUTCString() });
      const refusal = {
        __type: 'InvalidSignatureException',
        message: `Signature expired: ${signedAt[0]} is now earlier than … (… - 5 min.)`,
      };
      const taken = { Records: [{ SequenceNumber: '1', ShardId: 'shardId-000000000000' }] };
      outgoing.end(JSON.stringify(isRight ? taken : refusal));
    }),
  );
  expect(await stream.put([record])).toEqual([
    { ok: false, code: 'InvalidSignatureException', throttled: false, retriable: true },
  ]);
  expect(await stream.put([record])).toMatchObject([{ ok: true }]);
});
