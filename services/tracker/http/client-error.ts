import type { CallReason } from '@trackline/domain/verdict';

/**
 * What Node's `clientError` event tells. (Fastify's type takes the packet for a Buffer that went through
 * JSON.)
 */
export interface ClientError {
  readonly code?: string;
  /** The Buffer in which the parser stopped, and how far it got in it. */
  readonly rawPacket?: unknown;
  readonly bytesParsed?: number;
}

/** Why what came is refused: it is no HTTP, it is too large, or it came too slowly. */
export function reasonOf(error: ClientError): CallReason {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  if (error.code !== 'HPE_HEADER_OVERFLOW') return 'malformed';
  return isInUrl(error) ? 'url_too_long' : 'headers_too_large';
}

/**
 * Whether the parser ran over within the URL. It does not tell, so the line in which it stopped has to: a
 * request line has no colon before its first space. Of a line that began in an earlier packet we see only an
 * end; without a space in it, it is more likely a URL's than a header's.
 */
function isInUrl(error: ClientError): boolean {
  const parsed = parsedText(error);
  const line = parsed.slice(parsed.lastIndexOf('\n') + 1);
  return /^(?:[A-Z-]+ )?[^\s]+ ?$/.test(line);
}

/** The method and the target asked for, where the packet has it: its last request is the one that went wrong. */
export function targetIn(error: ClientError): [method: string, target: string] {
  const parsed = parsedText(error);
  const request = parsed.slice(parsed.lastIndexOf('\r\n\r\n') + 1).trimStart();
  const [, method = '', target = ''] = /^([A-Z]+) (\S+)/.exec(request) ?? [];
  return [method, target];
}

/** What the parser had read of the packet when it stopped. */
function parsedText({ rawPacket, bytesParsed }: ClientError): string {
  return Buffer.isBuffer(rawPacket) ? rawPacket.toString('latin1', 0, bytesParsed) : '';
}
