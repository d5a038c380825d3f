import { connect, type Socket } from 'node:net';

/** One answer, as it came over the wire. */
export interface RawReply {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * A connection on which a test says exactly the bytes that it means, where a client library would tidy them
 * up.
 */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #ended = false;
  #changed: () => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#changed();
    });
    const end = () => {
      this.#ended = true;
      this.#changed();
    };
    // A reset ends the connection like a close: what came before it counts.
    socket.on('error', end);
    socket.on('end', end);
    socket.on('close', end);
  }

  /** Connects to the host and port of `origin`. */
  static async open(origin: string): Promise<RawConnection> {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawConnection(socket);
  }

  /** Resolves when the bytes have left: what is awaited goes as a packet of its own. */
  send(bytes: string | Uint8Array): Promise<void> {
    const sent = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes;
    return new Promise((resolve) => {
      this.#socket.write(sent, () => resolve());
    });
  }

  /** Reads nothing any more until an answer is asked for, as a client that is busy sending. */
  pause(): void {
    this.#socket.pause();
  }

  /** The next answer; null when the connection ended without one. */
  async reply(timeoutMs = 30_000): Promise<RawReply | null> {
    this.#socket.resume();
    for (;;) {
      const parsed = parseReply(this.#received);
      if (parsed) {
        this.#received = this.#received.subarray(parsed.length);
        return parsed.reply;
      }
      if (this.#ended) return null;
      await this.#change(timeoutMs);
    }
  }

  /** Whether the other side has closed. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Waits until the other side has closed, and gives what came before and was not read as an answer. */
  async rest(timeoutMs = 30_000): Promise<string> {
    while (!this.#ended) await this.#change(timeoutMs);
    return this.#received.toString('latin1');
  }

  /** Says that nothing more is sent. */
  finish(): void {
    this.#socket.end();
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Goes away without a word: the other side finds the connection reset. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`Nothing came in ${timeoutMs} ms.`)), timeoutMs);
      this.#changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** Says `bytes` on a new connection and gives the first answer; null when there was none. */
export async function sayRaw(origin: string, bytes: string | Uint8Array): Promise<RawReply | null> {
  const connection = await RawConnection.open(origin);
  try {
    void connection.send(bytes);
    return await connection.reply();
  } finally {
    connection.close();
  }
}

function parseReply(bytes: Buffer): { readonly reply: RawReply; readonly length: number } | null {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const bodyLength = Number(headers['content-length'] ?? 0);
  const length = headEnd + 4 + bodyLength;
  if (bytes.length < length) return null;
  return { reply: { status, headers, body: bytes.subarray(headEnd + 4, length) }, length };
}
