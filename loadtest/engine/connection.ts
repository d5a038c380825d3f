import { connect, type Socket } from 'node:net';
import { type Answer, AnswerReader } from './answer-reader.ts';
import type { Call } from './call.ts';

/** What whoever holds connections hears of one. */
export interface ConnectionOwner {
  /** It can take a call: it has just been made, or its call was answered. */
  onFree(connection: Connection): void;
  onAnswer(connection: Connection, answer: Answer): void;
  /** It is gone; `call` may be under way on it, and will never be answered. */
  onGone(connection: Connection, wasConnected: boolean): void;
}

/** One buffer for all: what comes is read out of it before the next socket is read. */
const readBuffer = Buffer.allocUnsafe(64 * 1024);

/** A keep-alive connection with one call under way at most: no pipelining, as no browser does. */
export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #reader = new AnswerReader();
  #isConnected = false;
  /** The call under way; null while it is free. */
  call: Call | null = null;
  intendedMs = 0;
  sentMs = 0;

  constructor(port: number, host: string, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#socket = connect({
      port,
      host,
      noDelay: true,
      // Spares a buffer, an event and a turn of the stream's machinery for each answer.
      onread: { buffer: readBuffer, callback: (bytes) => this.#read(bytes) },
    });
    this.#socket.on('connect', () => {
      this.#isConnected = true;
      owner.onFree(this);
    });
    // 'close' follows, and tells all that there is to know.
    this.#socket.on('error', () => {});
    this.#socket.on('end', () => this.#socket.destroy());
    this.#socket.on('close', () => owner.onGone(this, this.#isConnected));
  }

  send(call: Call, intendedMs: number, nowMs: number): void {
    this.call = call;
    this.intendedMs = intendedMs;
    this.sentMs = nowMs;
    this.#socket.write(call.text, 'latin1');
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(bytes: number): boolean {
    const complete = this.#reader.read(readBuffer.toString('latin1', 0, bytes));
    if (complete === false) return true;
    if (complete === 'unreadable' || this.call === null) {
      this.#socket.destroy();
      return true;
    }
    const { answer } = this.#reader;
    this.#owner.onAnswer(this, answer);
    this.call = null;
    if (answer.closes) this.#socket.destroy();
    else this.#owner.onFree(this);
    return true;
  }
}
