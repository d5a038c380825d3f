import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';

export interface ServerProcessOptions {
  /** What it is, for messages. */
  readonly name: string;
  /** Program and arguments. It tells by a message of kind `listening` when it can be called. */
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** What a server says once it listens. */
export interface Listening {
  readonly url: string;
  /** Of a tracker. */
  readonly adminUrl?: string;
}

const endsWithinMs = 4_000;

/** A server as a process of its own, which ends when our channel to it does. */
export class ServerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  /** Rejects with what it printed where it ended before. */
  readonly listening: Promise<Listening>;

  constructor({ name, command, environment, logFile }: ServerProcessOptions) {
    this.name = name;
    const [program, ...args] = command;
    const child = spawn(program!, args, {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#child = child;
    const log = createWriteStream(logFile);
    let said = '';
    for (const output of [child.stdout!, child.stderr!]) {
      output.pipe(log, { end: false });
      output.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-2_000);
      });
    }
    this.#ended = new Promise((resolve) => {
      child.on('close', () => {
        log.end();
        resolve();
      });
    });
    this.listening = new Promise((resolve, reject) => {
      child.on('message', (message: { kind?: string } & Listening) => {
        if (message.kind === 'listening') resolve(message);
      });
      child.on('error', reject);
      child.on('close', (code, signal) =>
        reject(new Error(`${name} ended with ${signal ?? code}:\n${said.trim()}`)),
      );
    });
    // Whoever does not wait for it hears of its end.
    this.listening.catch(() => {});
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Sends a message and resolves with the next one of `kind` that comes back. */
  ask<T>(message: object, kind: string): Promise<T> {
    const told = this.told<T>(kind);
    this.#child.send(message);
    return told;
  }

  /** Resolves with the next message of a kind. */
  told<T>(kind: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const hear = (answer: { kind?: string }) => {
        if (answer.kind !== kind) return;
        this.#child.off('message', hear);
        resolve(answer as T);
      };
      this.#child.on('message', hear);
      void this.#ended.then(() => reject(new Error(`${this.name} ended, and had not told of ${kind}.`)));
    });
  }

  /** Lets it end; kills it where it takes too long. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), endsWithinMs);
    await this.#ended;
    clearTimeout(patience);
  }
}
