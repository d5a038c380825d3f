import type { IncomingMessage } from 'node:http';

/** Whether a request announces a body (RFC 9112 §6). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined;
}
