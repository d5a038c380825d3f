import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { callOnce } from '../traffic/answer.ts';
import { likenessOf } from './client.ts';
import { ClosedLoop } from './closed-loop.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undo.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function opened(url: string, connections: number): Promise<ClosedLoop> {
  const request = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const answer = await callOnce(url, request);
  const loop = new ClosedLoop({ url, requests: Array(connections).fill(request), ...likenessOf(answer) });
  await loop.open();
  undo.push(() => loop.close());
  return loop;
}

test('the clients count what the server counts', async () => {
  let handled = 0;
  const url = await served((_request, response) => {
    handled++;
    response.writeHead(200, { 'x-tracking-verdict': 'accepted', 'content-length': 2 }).end('ok');
  });
  const loop = await opened(url, 4);
  handled = 0;
  const { answered, failures } = await loop.run(50);
  expect(failures).toEqual({});
  expect(answered).toBe(handled);
  expect(answered).toBeGreaterThanOrEqual(4);
});

// A connection that fails ends its part of the run, long before its time.

test('an answer that is not like the others is a failure, by its first line', async () => {
  let calls = 0;
  const url = await served((_request, response) => {
    const verdict = ++calls === 3 ? 'shed' : 'accepted';
    response.writeHead(calls === 3 ? 503 : 200, { 'x-tracking-verdict': verdict, 'content-length': 0 }).end();
  });
  const { failures } = await (await opened(url, 1)).run(60_000);
  expect(failures).toEqual({ 'HTTP/1.1 503 Service Unavailable': 1 });
});

test('one of the same length is a failure, too, where its verdict is another', async () => {
  let calls = 0;
  const url = await served((_request, response) => {
    response
      .writeHead(200, { 'x-tracking-verdict': ++calls === 3 ? 'rejected' : 'accepted', 'content-length': 0 })
      .end();
  });
  const { failures } = await (await opened(url, 1)).run(60_000);
  expect(failures).toEqual({ 'HTTP/1.1 200 OK': 1 });
});

test('a connection that is closed amid a call is a failure', async () => {
  let calls = 0;
  const url = await served((request, response) => {
    if (++calls === 3) request.socket.destroy();
    else response.writeHead(200, { 'content-length': 0 }).end();
  });
  const { failures } = await (await opened(url, 1)).run(60_000);
  expect(failures).toEqual({ 'connection closed': 1 });
});
