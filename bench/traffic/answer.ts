import { connect } from 'node:net';

/** An HTTP answer, taken apart, and as the bytes that it was. */
export interface Answer {
  readonly status: number;
  /** As sent, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** What is Node's own to add to every answer. */
const nodes = /^(date|connection|keep-alive)$/i;

/** The headers that a server of ours has to send for its answers to be the same. */
export function ownHeaders({ headers }: Answer): Record<string, string> {
  return Object.fromEntries(headers.filter(([name]) => !nodes.test(name)));
}

/**
 * Calls a server once, on a connection of its own.
 *
 * @param request the whole request, as bytes
 */
export function callOnce(url: string, request: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const socket = connect(Number(port), hostname, () => socket.write(request));
    socket.setTimeout(5_000, () => socket.destroy(new Error(`${url} did not answer within 5 s.`)));
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      const answer = parseAnswer(got);
      if (answer === null) return;
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`${url} closed the connection before its answer was whole.`)));
  });
}

/** An answer from its first bytes; null while some are missing. */
export function parseAnswer(bytes: Buffer): Answer | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const [statusLine, ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const length = Number(headers.find(([name]) => /^content-length$/i.test(name))?.[1] ?? 0);
  const end = headEnd + 4 + length;
  if (bytes.length < end) return null;
  return {
    status: Number(statusLine!.split(' ')[1]),
    headers,
    body: bytes.subarray(headEnd + 4, end),
    bytes: bytes.subarray(0, end),
  };
}

/**
 * In what two answers differ that should be the same to a client, in words; none where they are. Values that are
 * made anew for each call, such as ids, have to be as long.
 */
export function differences(wanted: Answer, got: Answer): string[] {
  const found: string[] = [];
  if (wanted.status !== got.status) found.push(`status ${got.status} in place of ${wanted.status}`);
  const shapeOf = ({ headers }: Answer) =>
    new Set(headers.map(([name, value]) => `${name.toLowerCase()} of ${value.length}`));
  const [shape, other] = [shapeOf(wanted), shapeOf(got)];
  for (const header of shape) if (!other.has(header)) found.push(`without ${header}`);
  for (const header of other) if (!shape.has(header)) found.push(`with ${header}`);
  if (wanted.body.length !== got.body.length) {
    found.push(`a body of ${got.body.length} bytes in place of ${wanted.body.length}`);
  }
  return found;
}
