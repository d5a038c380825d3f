import type { Answer } from './answer-reader.ts';
import type { Arrivals } from './arrivals.ts';
import type { Call, Calls } from './call.ts';
import { Connection, type ConnectionOwner } from './connection.ts';
import { buildPacer, type Pacer, type Pacing } from './pacer.ts';
import type { Recorder } from './recorder.ts';

export interface OpenLoopOptions {
  /** Origins of loopback, called in turn. */
  readonly urls: readonly string[];
  readonly arrivals: Arrivals;
  readonly calls: Calls;
  readonly recorder: Recorder;
  /** Connections that are made before the first call is due. */
  readonly connectionsMin?: number;
  /** Beyond, calls wait for a free one, and the wait is a part of their latency. */
  readonly connectionsMax?: number;
  /** How long a client waits, from when the call was due. */
  readonly timeoutMs?: number;
  readonly pacing?: Pacing;
  /** Ends the run before its time: no call is begun any more. */
  readonly signal?: AbortSignal;
  /** Sees every answer, and has to be quick; the answer is another's as soon as it returns. */
  readonly onAnswer?: (call: Call, answer: Answer) => void;
  /** A call whose client was left without an answer. */
  readonly onUnanswered?: (call: Call) => void;
}

const sweptEveryMs = 50;
/** At most so many connections are being made at once, and none for so long after one was refused. */
const connectingMax = 16;
const refusedPauseMs = 50;
/** How far in advance connections are made. */
const leadMs = 50;

/**
 * Sends calls when they are due, whatever became of those before: the *open loop* of the web, in which nobody
 * waits for others to be answered. Resolves when every call has its answer, or has run out of time.
 *
 * A call takes the connection that was free last. Where none is, one more is made, up to `connectionsMax`;
 * calls that find none wait in the order in which they were due.
 *
 * @throws Error where a URL is not on loopback: load goes nowhere else
 */
export async function runOpenLoop(options: OpenLoopOptions): Promise<void> {
  await new OpenLoop(options).done;
}

/** Host and port of an origin, which has to be on loopback. */
export function loopbackOf(url: string): { readonly host: string; readonly port: number } {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol !== 'http:' || !/^(localhost|127(\.\d+){3}|::1)$/.test(host)) {
    throw new Error(`Load goes to loopback only, by http, and ${url} is elsewhere.`);
  }
  return { host, port: Number(port || 80) };
}

class OpenLoop implements ConnectionOwner {
  readonly done: Promise<void>;
  readonly #options: OpenLoopOptions;
  readonly #recorder: Recorder;
  readonly #places: readonly { readonly host: string; readonly port: number }[];
  readonly #max: number;
  readonly #timeoutMs: number;
  readonly #open = new Set<Connection>();
  /** The last is taken first, so that the others may rest. */
  readonly #free: Connection[] = [];
  readonly #pacer: Pacer;
  readonly #sweep: NodeJS.Timeout;
  readonly #beganMs = performance.now() + leadMs;
  #finish: () => void = () => {};
  #connecting = 0;
  #made = 0;
  #refusedMs = Number.NEGATIVE_INFINITY;
  #underWay = 0;
  /**
   * When the next call is due that was not sent; calls that wait for a connection are those due before now.
   */
  #dueMs: number;
  #isOver = false;

  constructor(options: OpenLoopOptions) {
    const { urls, arrivals, recorder, connectionsMin = 16, connectionsMax = 512, signal } = options;
    this.#options = options;
    this.#recorder = recorder;
    this.#places = urls.map(loopbackOf);
    this.#max = connectionsMax;
    this.#timeoutMs = options.timeoutMs ?? 10_000;
    this.#pacer = buildPacer(options.pacing ?? 'thread', () => this.#sendDue());
    this.#dueMs = arrivals();
    for (let made = 0; made < Math.min(connectionsMin, connectionsMax); made++) this.#connect();
    this.#sweep = setInterval(() => this.#giveUpLate(), sweptEveryMs);
    this.done = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const end = () => {
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#endIfOver();
    };
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted) end();
    this.#pacer.wake(0);
  }

  /** Milliseconds since the beginning. */
  #now(): number {
    return performance.now() - this.#beganMs;
  }

  #sendDue(): void {
    for (;;) {
      const nowMs = this.#now();
      if (this.#dueMs > nowMs) break;
      const connection = this.#free.pop();
      if (connection === undefined) {
        this.#connectMore(nowMs);
        // Whichever is free next comes back here.
        return;
      }
      const dueMs = this.#take();
      const call = this.#options.calls();
      this.#underWay++;
      this.#recorder.sent(dueMs, nowMs);
      connection.send(call, dueMs, nowMs);
    }
    if (this.#dueMs === Number.POSITIVE_INFINITY) this.#endIfOver();
    else this.#pacer.wake(this.#dueMs - this.#now());
  }

  /** The next call's turn has come. */
  #take(): number {
    const dueMs = this.#dueMs;
    this.#recorder.offered(dueMs);
    this.#dueMs = this.#options.arrivals();
    return dueMs;
  }

  onFree(connection: Connection): void {
    if (this.#isOver) return;
    if (!this.#open.has(connection)) {
      this.#open.add(connection);
      this.#connecting--;
    }
    this.#free.push(connection);
    // The server's answers wake us as well as any clock.
    if (this.#dueMs <= this.#now()) this.#sendDue();
    else if (this.#underWay === 0) this.#endIfOver();
  }

  onAnswer({ call, intendedMs, sentMs }: Connection, answer: Answer): void {
    this.#underWay--;
    this.#recorder.answered(call!.kind, intendedMs, sentMs, this.#now(), answer.status, answer.verdict);
    this.#options.onAnswer?.(call!, answer);
  }

  onGone(connection: Connection, wasConnected: boolean): void {
    if (!wasConnected) {
      this.#connecting--;
      this.#refusedMs = this.#now();
    }
    this.#open.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at !== -1) this.#free.splice(at, 1);
    const { call } = connection;
    if (call !== null) this.#fail(connection, call, false);
    this.#sendDue();
  }

  #fail(connection: Connection, call: Call, ranOut: boolean): void {
    connection.call = null;
    this.#underWay--;
    this.#recorder.failed(call.kind, 'unanswered', connection.intendedMs, this.#now(), ranOut);
    this.#options.onUnanswered?.(call);
  }

  /** Gives up what has waited for too long, for its answer or for a connection. */
  #giveUpLate(): void {
    const nowMs = this.#now();
    for (const connection of this.#open) {
      const { call, intendedMs } = connection;
      if (call === null || nowMs - intendedMs < this.#timeoutMs) continue;
      this.#fail(connection, call, true);
      connection.destroy();
    }
    while (nowMs - this.#dueMs >= this.#timeoutMs) {
      const dueMs = this.#take();
      this.#recorder.failed(this.#options.calls().kind, 'unsent', dueMs, nowMs, true);
    }
    this.#sendDue();
  }

  #connectMore(nowMs: number): void {
    if (this.#open.size + this.#connecting >= this.#max || this.#connecting >= connectingMax) return;
    if (nowMs - this.#refusedMs < refusedPauseMs) return;
    this.#connect();
  }

  #connect(): void {
    this.#connecting++;
    const { port, host } = this.#places[this.#made++ % this.#places.length]!;
    new Connection(port, host, this);
  }

  #endIfOver(): void {
    if (this.#isOver || this.#underWay > 0 || this.#dueMs !== Number.POSITIVE_INFINITY) return;
    this.#isOver = true;
    clearInterval(this.#sweep);
    this.#pacer.stop();
    for (const connection of this.#open) connection.destroy();
    this.#finish();
  }
}
