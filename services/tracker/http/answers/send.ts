import type { FastifyReply } from 'fastify';

/** Names and values in turns, as `writeHead` takes them; a name with several values has them as a list. */
export type RawHeaders = readonly (string | readonly string[])[];

/**
 * Writes an answer past Fastify's own reply, which would gather its headers and serialize them once more; headers that
 * were set on the raw response before stay. Text, since Node writes it with its head as one piece, and a Buffer as two.
 * The latter saves even bare Node 0.7 of 12.9 µs a call (Node 24).
 */
export function send(
  reply: FastifyReply,
  status: number,
  headers: RawHeaders,
  body: string,
  encoding: 'utf8' | 'latin1' = 'utf8',
): void {
  const { raw } = reply;
  raw.writeHead(status, headers as string[]);
  // Only now: where a header can't be written, Fastify still answers the error.
  reply.hijack();
  raw.end(body, encoding);
}
