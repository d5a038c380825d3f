import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, ownHeaders } from '../traffic/answer.ts';

/** The answer that a contender is to give, as its first argument: it was the tracker's. */
export function answerGiven() {
  const given = JSON.parse(process.argv[2]!) as Given;
  return { ...given, body: given.body === '' ? undefined : Buffer.from(given.body, 'base64') };
}

interface Given {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function asArgument(answer: Answer): string {
  const given: Given = {
    status: answer.status,
    headers: ownHeaders(answer),
    body: answer.body.toString('base64'),
  };
  return JSON.stringify(given);
}

/** Tells who started this process, and ends with it. */
export function tellListening(server: Server): void {
  process.send!({ kind: 'listening', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  process.on('disconnect', () => process.exit());
}
