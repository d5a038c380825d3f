import cluster, { type Worker } from 'node:cluster';
import type { Clock } from '@trackline/domain/clock';
import type { FromWorker, ToWorker } from './messages.ts';
import type { WorkerForks } from './supervisor.ts';
import type { WorkerEnd } from './telemetry.ts';

export interface NodeForksOptions {
  readonly clock: Clock;
  /** What the worker of a place finds in its environment, beside the primary's own. */
  environmentOf(place: number): Readonly<Record<string, string>>;
  onMessage(id: number, message: FromWorker): void;
  /** It is gone, and all that it said has been heard. */
  onEnded(id: number, end: WorkerEnd): void;
}

/**
 * How long what a worker has said may take to be heard after its end. Usually its line tells when it is
 * empty; Node does not where a connection was on its way to a worker that was killed.
 */
const heardOutMs = 100;

/**
 * Workers as node:cluster has them: this program again, as a process that shares our public port. Connections
 * go to them in turn, as Node has it by default. That costs 90 µs of CPU for each connection, measured, and
 * nothing for each call; whoever is awake takes them otherwise (NODE_CLUSTER_SCHED_POLICY=none), which left
 * 14,000 of 20,000 calls on 32 kept connections to one of two workers, and once 31 of the 32 connections.
 */
export class NodeForks implements WorkerForks {
  readonly #options: NodeForksOptions;
  readonly #workers = new Map<number, Worker>();

  constructor(options: NodeForksOptions) {
    this.#options = options;
  }

  fork(place: number): { readonly id: number; readonly pid: number | undefined } {
    const worker = cluster.fork(this.#options.environmentOf(place));
    this.#workers.set(worker.id, worker);
    worker.on('message', (message: FromWorker) => this.#options.onMessage(worker.id, message));
    let end: WorkerEnd | null = null;
    let isHeardOut = false;
    const hearOut = (): void => {
      isHeardOut = true;
      tellEnd();
    };
    const tellEnd = (): void => {
      if (end === null || !isHeardOut || !this.#workers.delete(worker.id)) return;
      this.#options.onEnded(worker.id, end);
    };
    worker.on('exit', (code: number | null, signal: string | null) => {
      end = { code, signal };
      this.#options.clock.after(heardOutMs, hearOut);
      tellEnd();
    });
    worker.on('disconnect', hearOut);
    worker.on('error', (error: NodeJS.ErrnoException) => {
      // A message that did not reach one that ends; or it could not be started at all.
      if (worker.process.pid !== undefined) return;
      end = { code: null, signal: error.code ?? error.message };
      hearOut();
    });
    return { id: worker.id, pid: worker.process.pid };
  }

  signal(id: number, signal: NodeJS.Signals): void {
    this.#workers.get(id)?.process.kill(signal);
  }

  adoptOrphans(id: number): void {
    this.send(id, { kind: 'adopt-orphans' });
  }

  send(id: number, message: ToWorker): void {
    const worker = this.#workers.get(id);
    // What one does not hear that ends, its end tells.
    if (worker?.isConnected()) worker.process.send(message, () => {});
  }
}
