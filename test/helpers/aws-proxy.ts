import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * What a proxy does with one call: pass it on (null), answer itself, never answer, cut the connection, before
 * the call is passed on or when it was answered, or pass on another and add to its answer.
 */
export type Interference = (
  operation: string,
  body: Record<string, unknown>,
  /** The caller has its answer, or has given up. */
  over: Promise<unknown>,
) => Intervention | Promise<Intervention>;

export type Intervention =
  | { readonly status: number; readonly body: unknown }
  | 'hang'
  | 'drop'
  | 'dropReply'
  | null
  | { readonly passInstead: unknown; readonly merge: object | ((answer: Answer) => object) };

/** What the service answered, parsed. */
export type Answer = Readonly<Record<string, unknown>>;

/** An HTTP proxy before an AWS service, on loopback, that lets a test answer in its place. */
export async function startAwsProxy(target: string, interfere: Interference) {
  const server: Server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const operation = String(incoming.headers['x-amz-target']).split('.').at(-1)!;
      const raw = Buffer.concat(chunks);
      const call = JSON.parse(raw.toString() || '{}') as Record<string, unknown>;
      const intervention = await interfere(operation, call, once(outgoing, 'close'));
      if (intervention === 'hang') return;
      if (intervention === 'drop') {
        incoming.socket.destroy();
        return;
      }
      if (typeof intervention === 'object' && intervention !== null && 'status' in intervention) {
        outgoing.writeHead(intervention.status, { 'content-type': 'application/x-amz-json-1.0' });
        outgoing.end(JSON.stringify(intervention.body));
        return;
      }
      const isAltered = typeof intervention === 'object' && intervention !== null;
      const body = isAltered ? Buffer.from(JSON.stringify(intervention.passInstead)) : raw;
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
          if (intervention === 'dropReply') {
            incoming.socket.destroy();
            return;
          }
          const { 'content-length': _l, 'x-amz-crc32': _crc, ...answerHeaders } = response.headers;
          outgoing.writeHead(response.statusCode!, answerHeaders);
          const text = Buffer.concat(answer).toString();
          outgoing.end(isAltered && response.statusCode === 200 ? merged(text, intervention.merge) : text);
        });
      });
      onward.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return {
    endpoint: `http://127.0.0.1:${port}`,
    /** Nobody listens there any more: connections are refused. */
    shut: close,
    /** Listens again, where it did before. */
    async reopen() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    close,
  };
}

function merged(text: string, merge: object | ((answer: Answer) => object)): string {
  const answer = JSON.parse(text) as Answer;
  return JSON.stringify({ ...answer, ...(typeof merge === 'function' ? merge(answer) : merge) });
}
