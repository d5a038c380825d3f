import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../../test/helpers/until.ts';
import { answerWithin } from './answer-within.ts';

test('gives the answer, or why there is none', async () => {
  expect(await answerWithin(10_000, 'A call', Promise.resolve(7))).toBe(7);
  await expect(answerWithin(10_000, 'A call', Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('does not wait for ever', async () => {
  await expect(answerWithin(5, 'A call', new Promise(() => {}))).rejects.toThrow(
    'A call timed out after 5 ms',
  );
});

test('an answer that came while the process stood still is an answer', async () => {
  const accepted: Socket[] = [];
  const server = createServer((socket) => accepted.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = createConnection((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  await until('both ends', () => accepted.length === 1);
  const answer = once(socket, 'data').then(([bytes]) => String(bytes));
  const answered = answerWithin(50, 'A call', answer);
  accepted[0]!.end('pong');
  const untilMs = performance.now() + 200;
  while (performance.now() < untilMs);
  expect(await answered).toBe('pong');
  server.close();
});
