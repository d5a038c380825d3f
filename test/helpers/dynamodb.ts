import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tableDefinitions } from '@trackline/adapters/event-store/tables';
import { findJava, startDynamoDb } from '../../services/local/parts/dynamodb.ts';
import { createTables } from '../../services/local/parts/tables.dynamodb.ts';
import { ranAgainst } from './real-parts.ts';

export const region = 'eu-central-1';

/** The tables under their default names. */
export const tables = {
  trackingEvents: tableDefinitions.trackingEvents.defaultName,
  programs: tableDefinitions.programs.defaultName,
  ledger: tableDefinitions.ledger.defaultName,
  deadLetters: tableDefinitions.deadLetters.defaultName,
};

const noJava = (await findJava()) === null ? 'install Java 17 or newer (default-jre-headless)' : null;

/** The two of them, for `describe.each`: name, how to start it, why it can't run here. */
export const dynamoDbs = [
  ['DynamoDB Local', () => start(false), noJava],
  ['dynalite', () => start(true), null],
] as const;

/** The first that there is: for tests that need a table, and not every table. */
export function startAnyDynamoDb() {
  return start(noJava !== null);
}

async function start(dynaliteOnly: boolean) {
  const part = await startDynamoDb(null, { dynaliteOnly });
  ranAgainst(part.label);
  await createTables({ region, endpoint: part.url }, Object.values(tables));
  return { endpoint: part.url, stop: part.stop };
}

/** What a proxy does with one call: pass it on (null), or answer itself. */
export type Interference = (
  operation: string,
  body: Record<string, unknown>,
) =>
  | { readonly status: number; readonly body: unknown }
  | 'hang'
  | null
  | { readonly passInstead: unknown; readonly merge: object };

/** An HTTP proxy before an AWS service, on loopback, that lets a test answer in its place. */
export async function startAwsProxy(target: string, interfere: Interference) {
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const operation = String(incoming.headers['x-amz-target']).split('.').at(-1)!;
      const raw = Buffer.concat(chunks);
      const verdict = interfere(operation, JSON.parse(raw.toString() || '{}') as Record<string, unknown>);
      if (verdict === 'hang') return;
      if (verdict !== null && 'status' in verdict) {
        outgoing.writeHead(verdict.status, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end(JSON.stringify(verdict.body));
        return;
      }
      const body = verdict === null ? raw : Buffer.from(JSON.stringify(verdict.passInstead));
      const { 'content-length': _length, ...headers } = incoming.headers;
      const onward = request(target, {
        method: incoming.method!,
        headers: { ...headers, 'content-length': body.length },
      });
      onward.on('error', () => outgoing.destroy());
      onward.on('response', (response) => {
        const answer: Buffer[] = [];
        response.on('data', (chunk: Buffer) => answer.push(chunk));
        response.on('end', () => {
          const { 'content-length': _l, 'x-amz-crc32': _crc, ...answerHeaders } = response.headers;
          outgoing.writeHead(response.statusCode!, answerHeaders);
          const text = Buffer.concat(answer).toString();
          outgoing.end(verdict === null ? text : JSON.stringify({ ...JSON.parse(text), ...verdict.merge }));
        });
      });
      onward.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
