import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { quietSdk } from '@trackline/adapters/environment/environment';
import { ownEnvironment, repositoryRoot } from '../../helpers/stack.ts';

export interface ChildOptions {
  /** What it is, for messages. */
  readonly name: string;
  /** A TypeScript file, which tells by a message of kind `readyKind` when it can be used. */
  readonly program: string;
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly readyKind: string;
  /** What it prints is added to this file. */
  readonly logFile: string;
}

export type ChildMessage = { readonly kind: string };

/**
 * One life of a program of ours as a process of its own, which can be treated as badly as an operating system
 * can treat it. Its channel to us is gone when we are, and it then ends by itself.
 */
export class Child {
  readonly name: string;
  /** Resolves with its exit code; null where a signal ended it. */
  readonly ended: Promise<number | null>;
  /** Resolves with the message by which it said so; rejects where it ended before. */
  readonly ready: Promise<ChildMessage>;
  readonly #process: ChildProcess;

  constructor({ name, program, args = [], environment = {}, readyKind, logFile }: ChildOptions) {
    this.name = name;
    const variables = { ...ownEnvironment(), ...environment };
    quietSdk(variables);
    const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], {
      cwd: repositoryRoot,
      env: variables,
      // In a group of its own, so that a terminal's Ctrl-C reaches the runner alone.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    const log = createWriteStream(logFile, { flags: 'a' });
    let said = '';
    for (const output of [child.stdout!, child.stderr!]) {
      output.pipe(log, { end: false });
      output.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString()).slice(-2_000);
      });
    }
    this.ended = new Promise((resolve) => {
      child.on('close', (code) => {
        log.end();
        resolve(code);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      child.on('message', (message: ChildMessage) => {
        if (message.kind === readyKind) resolve(message);
      });
      child.on('close', (code, signal) =>
        reject(new Error(`${name} ended with ${signal ?? code} before it was ready:\n${said}`)),
      );
    });
    // Whoever does not wait for it hears of its end.
    this.ready.catch(() => {});
  }

  get pid(): number {
    return this.#process.pid!;
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  onMessage(listener: (message: ChildMessage) => void): void {
    this.#process.on('message', listener);
  }

  send(message: object): void {
    this.#process.send(message);
  }

  signal(name: NodeJS.Signals): void {
    if (this.isRunning) this.#process.kill(name);
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** SIGTERM; resolves with its exit code when it has drained. */
  terminate(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.ended;
  }
}
