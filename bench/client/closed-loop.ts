import { connect, type Socket } from 'node:net';
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/**
 * Clients that each send their next call as soon as the last is answered, over one connection that is kept: what a
 * server can take at most. They read no more of an answer than whether it is the one that is due: a client that
 * parses costs more than the fastest of the servers, and would be what is measured.
 */
export interface ClosedLoopOptions {
  readonly url: string;
  /** One for each connection, sent again and again. */
  readonly requests: readonly Buffer[];
  /** What an answer has to begin with. */
  readonly begins: Buffer;
  /** How long each answer is, in bytes. */
  readonly answerBytes: number;
  /** What it has to hold at a place, such as the verdict. */
  readonly holds: { readonly at: number; readonly bytes: Buffer };
}

export interface ClosedLoopResult {
  readonly answered: number;
  /** Answers that were not as they had to be, by their first line, and connections that broke. */
  readonly failures: Readonly<Record<string, number>>;
  readonly durationMs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
}

export class ClosedLoop {
  readonly #options: ClosedLoopOptions;
  readonly #latency: RecordableHistogram = createHistogram({
    lowest: 1,
    highest: 60_000_000_000,
    figures: 3,
  });
  #sockets: Socket[] = [];
  #underWay = 0;
  #answered = 0;
  #failures: Record<string, number> = {};
  #untilMs = 0;
  #lastMs = 0;
  #done: () => void = () => {};
  #sends: (() => void)[] = [];

  constructor(options: ClosedLoopOptions) {
    this.#options = options;
  }

  /** Opens all connections. */
  async open(): Promise<void> {
    const { url, requests } = this.#options;
    const { hostname, port } = new URL(url);
    await Promise.all(requests.map((request) => this.#connect(hostname, Number(port), request)));
  }

  /** Calls for so long; resolves when the last call is answered. */
  async run(durationMs: number): Promise<ClosedLoopResult> {
    const startMs = performance.now();
    this.#untilMs = startMs + durationMs;
    this.#lastMs = startMs;
    this.#latency.reset();
    this.#answered = 0;
    this.#failures = {};
    const finished = new Promise<void>((resolve) => {
      this.#done = resolve;
    });
    this.#underWay = this.#sends.length;
    for (const send of this.#sends) send();
    this.#stayAwake();
    await finished;
    const percentile = (share: number) => this.#latency.percentile(share) / 1_000;
    return {
      answered: this.#answered,
      failures: this.#failures,
      durationMs: this.#lastMs - startMs,
      p50Us: percentile(50),
      p99Us: percentile(99),
      p999Us: percentile(99.9),
    };
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets = [];
    this.#sends = [];
  }

  /**
   * A client that sleeps until the next answer has to be woken by the server, within its write and on its account: 6 µs
   * a call (measured), for a slow server, whose clients sleep more often. So they look again and again instead.
   */
  #stayAwake(): void {
    if (this.#underWay > 0) setImmediate(() => this.#stayAwake());
  }

  #connect(hostname: string, port: number, request: Buffer): Promise<void> {
    const { begins, answerBytes, holds } = this.#options;
    const latency = this.#latency;
    // Read into again and again: nothing is allocated for an answer.
    const buffer = Buffer.allocUnsafe(16 * 1024);
    let got = 0;
    let sentMs = 0;
    let waits = false;
    const send = () => {
      got = 0;
      waits = true;
      sentMs = performance.now();
      socket.write(request);
    };
    const end = (failure: string | null) => {
      waits = false;
      const nowMs = performance.now();
      if (failure === null) {
        this.#answered++;
        latency.record(Math.max(1, Math.round((nowMs - sentMs) * 1e6)));
      } else this.#failures[failure] = (this.#failures[failure] ?? 0) + 1;
      if (nowMs < this.#untilMs && failure === null) return send();
      this.#lastMs = nowMs;
      if (--this.#underWay === 0) this.#done();
    };
    const isDue = (bytes: Buffer) =>
      bytes.compare(begins, 0, begins.length, 0, begins.length) === 0 &&
      bytes.compare(holds.bytes, 0, holds.bytes.length, holds.at, holds.at + holds.bytes.length) === 0;
    const socket: Socket = connect({
      host: hostname,
      port,
      noDelay: true,
      onread: {
        buffer,
        callback(count) {
          // What comes in pieces is judged by its length alone.
          const isWrong = got === 0 && (count > answerBytes || (count === answerBytes && !isDue(buffer)));
          got += count;
          if (isWrong || got > answerBytes) end(buffer.toString('latin1', 0, buffer.indexOf('\r\n')));
          else if (got === answerBytes) end(null);
          return true;
        },
      },
    });
    this.#sockets.push(socket);
    this.#sends.push(send);
    socket.on('close', () => {
      if (waits) end('connection closed');
    });
    return new Promise((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('error', reject);
    });
  }
}
