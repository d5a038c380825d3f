import { fileURLToPath } from 'node:url';
import { until } from '../../helpers/until.ts';
import { Child, type ChildMessage } from './child.ts';

/** What a tracker's admin port says under `/ledger`. */
export interface TrackerLedger {
  readonly writer: string;
  readonly acceptedThrough: number;
  readonly unsent: number;
  readonly oldestUnsentMs: number | null;
  readonly usedBytes: number;
  /** Whether all that it answers "accepted" survives its unclean exit. */
  readonly onDisk: boolean;
  /** Writers before it, of its folder or of one that it adopted, whose account is not closed yet. */
  readonly ended: readonly { readonly writer: string; readonly unsent: number }[];
}

/** What that of a cluster says of one worker. */
export interface WorkerLedger extends TrackerLedger {
  readonly pid: number;
  readonly answered: boolean;
}

interface Listening extends ChildMessage {
  readonly url: string;
  readonly adminUrl: string;
  readonly writer: string;
}

interface HeapTold extends ChildMessage {
  readonly bytes: number;
}

/** Has a tracker tell of its heap: nothing of that is in the tracker itself. */
export const heapProbe: Readonly<Record<string, string>> = {
  NODE_OPTIONS: `--import=${import.meta.resolve('./heap-probe.mjs')}`,
};

const trackerMain = fileURLToPath(import.meta.resolve('@trackline/tracker/main'));
const readyTimeoutMs = 30_000;

/**
 * A tracker of several lives: each a real process, on the ports and with the spool folder of the one before.
 */
export class TrackerChild {
  readonly #name: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #logFile: string;
  #life: Child | null = null;
  #url = '';
  #adminUrl = '';

  constructor(name: string, environment: Readonly<Record<string, string>>, logFile: string) {
    this.#name = name;
    this.#environment = environment;
    this.#logFile = logFile;
  }

  get url(): string {
    return this.#url;
  }

  get adminUrl(): string {
    return this.#adminUrl;
  }

  get isRunning(): boolean {
    return this.#life?.isRunning ?? false;
  }

  get pid(): number {
    return this.#running.pid;
  }

  /** Resolves when it listens and is ready for calls, or with `untilReady` false, when it listens. */
  async start({
    untilReady = true,
    environment = {} as Readonly<Record<string, string>>,
  } = {}): Promise<void> {
    const ports = this.#url && {
      TRACKLINE_PORT: new URL(this.#url).port,
      TRACKLINE_ADMIN_PORT: new URL(this.#adminUrl).port,
    };
    this.#life = new Child({
      name: this.#name,
      program: trackerMain,
      environment: { ...this.#environment, ...environment, ...ports },
      readyKind: 'listening',
      logFile: this.#logFile,
    });
    const { url, adminUrl } = (await this.#life.ready) as Listening;
    this.#url = url;
    this.#adminUrl = adminUrl;
    if (untilReady) await until(`${this.#name} to be ready`, () => this.isReady(), readyTimeoutMs);
  }

  /** Whether `/readyz` says so. */
  async isReady(): Promise<boolean> {
    return (await this.#ask('/readyz').catch(() => null))?.status === 200;
  }

  async ledger(): Promise<TrackerLedger> {
    return (await this.#ask('/ledger')).json() as Promise<TrackerLedger>;
  }

  /** Of each worker, where it is a cluster; those that do not answer are left out. */
  async workers(): Promise<readonly WorkerLedger[]> {
    const { workers } = (await (await this.#ask('/ledger')).json()) as { workers: WorkerLedger[] };
    return workers.filter(({ answered }) => answered);
  }

  /** Whichever it is: of one process, or of each worker. */
  async ledgers(): Promise<readonly TrackerLedger[]> {
    const ledger = await this.ledger();
    return 'workers' in ledger ? (ledger.workers as TrackerLedger[]) : [ledger];
  }

  /**
   * A number of `/metrics`, summed over all labels; 0 where there is none of that name.
   *
   * @param name as Prometheus has it, such as `process_resident_memory_bytes`
   * @param label one that it must have, such as `le="1"`
   */
  async metric(name: string, label = ''): Promise<number> {
    const text = await (await this.#ask('/metrics')).text();
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)))
      .filter((line) => line.includes(label));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  }

  /**
   * What its heap holds after a collection, in bytes, with what is kept outside of the heap for it. It must have been
   * started with `heapProbe` in its environment.
   */
  async heapBytes(): Promise<number> {
    const life = this.#running;
    const told = new Promise<HeapTold>((resolve) => {
      life.onMessage((message) => {
        if (message.kind === 'heap') resolve(message as HeapTold);
      });
    });
    life.send({ ask: 'heap' });
    return (await told).bytes;
  }

  kill(): Promise<void> {
    return this.#running.kill();
  }

  terminate(): Promise<number | null> {
    return this.#running.terminate();
  }

  signal(name: NodeJS.Signals): void {
    this.#running.signal(name);
  }

  freeze(): void {
    this.signal('SIGSTOP');
  }

  thaw(): void {
    this.signal('SIGCONT');
  }

  /** For who cleans up: gone, however it stands. */
  async end(): Promise<void> {
    await this.#life?.kill();
  }

  get #running(): Child {
    if (this.#life === null) throw new Error(`${this.#name} was not started.`);
    return this.#life;
  }

  #ask(path: string): Promise<Response> {
    return fetch(`${this.#adminUrl}${path}`, { signal: AbortSignal.timeout(5_000) });
  }
}
