import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodeConfig } from '@trackline/adapters/environment/environment';
import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random } from '@trackline/domain/clock';
import { Refusal } from './refusal.ts';

export interface ListeningTracker {
  readonly url: string;
  readonly adminUrl: string;
}

export interface TrackerProcessOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** An open file with a lock, which the tracker inherits and holds until it has ended. */
  readonly lockFile: number;
  readonly clock: Clock;
  readonly random: Random;
  /** It ended by itself, and is being started again. */
  readonly onCrash: (code: number | null, signal: string | null) => void;
}

const trackerMain = fileURLToPath(import.meta.resolve('@trackline/tracker/main'));

const restartBaseMs = 200;
const restartMaxMs = 5_000;

/** As docs/guides/configuration.md has trackers started. */
const nodeFlags = ['--single-threaded-gc', '--max-semi-space-size=16'];

/**
 * One tracker as a process of its own, as it would be on a server. It is in a process group of its own, so
 * that a terminal's Ctrl-C does not reach it before the stack lets it drain; it watches the channel to us,
 * and drains when that is gone. If it ends by itself it is started again, on the same ports.
 */
export class TrackerProcess {
  readonly #options: TrackerProcessOptions;
  #child: ChildProcess | null = null;
  #ended: Promise<number | null> = Promise.resolve(null);
  #stopping = false;
  #crashes = 0;

  constructor(options: TrackerProcessOptions) {
    this.#options = options;
  }

  /** Resolves when it listens. Rejects with a Refusal, what it said, when it ends before. */
  start(): Promise<ListeningTracker> {
    return this.#start(this.#options.environment);
  }

  /** Lets it drain. Resolves with its exit code. */
  async stop(): Promise<number | null> {
    this.#stopping = true;
    this.#child?.kill('SIGTERM');
    return this.#ended;
  }

  #start(environment: Readonly<Record<string, string>>): Promise<ListeningTracker> {
    const child = spawn(process.execPath, [...nodeFlags, '--import', 'tsx', trackerMain], {
      env: environment,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', this.#options.lockFile],
    });
    this.#child = child;
    const log = createWriteStream(this.#options.logFile, { flags: 'a' });
    // A log that can't be written is no reason to end what it tells of.
    log.on('error', () => {});
    let said = '';
    child.stdout!.pipe(log, { end: false });
    child.stderr!.pipe(log, { end: false });
    child.stderr!.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4096);
    });
    this.#ended = new Promise((resolve) => {
      child.on('close', (code) => {
        log.end();
        resolve(code);
      });
    });
    return new Promise((resolve, reject) => {
      let listening: ListeningTracker | null = null;
      child.on('message', (message: { kind?: string } & ListeningTracker) => {
        if (message.kind !== 'listening') return;
        listening = message;
        resolve(message);
      });
      child.on('close', (code, signal) => {
        if (listening === null)
          reject(new Refusal(said.trim() || `The tracker ended with ${code ?? signal}.`, code ?? 1));
        // A configuration that is refused is refused again.
        else if (!this.#stopping && code !== exitCodeConfig) void this.#restart(listening, code, signal);
      });
    });
  }

  async #restart(listening: ListeningTracker, code: number | null, signal: string | null): Promise<void> {
    const { clock, random, environment, onCrash } = this.#options;
    onCrash(code, signal);
    await delay(clock, fullJitterMs(this.#crashes++, restartBaseMs, restartMaxMs, random));
    if (this.#stopping) return;
    const ports = {
      TRACKLINE_PORT: new URL(listening.url).port,
      TRACKLINE_ADMIN_PORT: new URL(listening.adminUrl).port,
    };
    await this.#start({ ...environment, ...ports }).catch((error: Error) => {
      if (!this.#stopping) return this.#restart(listening, null, error.message);
    });
  }
}
