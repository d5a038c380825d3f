import { Worker } from 'node:worker_threads';

/**
 * Wakes whoever has a call to send when it is due. `thread` has a thread of its own sleep until then, which
 * is late by a tenth of a millisecond; Node's own timers are by half of one on average (docs/decisions/0012).
 * `spin` never sleeps: it is exact within microseconds, and takes a core; for a client that has one to
 * itself.
 */
export type Pacing = 'thread' | 'timer' | 'spin';

export interface Pacer {
  /** @param inMs from now on; a later call replaces an earlier one */
  wake(inMs: number): void;
  stop(): void;
}

export function buildPacer(pacing: Pacing, onDue: () => void): Pacer {
  if (pacing === 'thread') return new ThreadPacer(onDue);
  return pacing === 'spin' ? new SpinPacer(onDue) : new TimerPacer(onDue);
}

class ThreadPacer implements Pacer {
  readonly #shared = new SharedArrayBuffer(16);
  readonly #told = new Int32Array(this.#shared, 0, 1);
  readonly #due = new Float64Array(this.#shared, 8, 1);
  readonly #worker: Worker;
  #isSet = false;

  constructor(onDue: () => void) {
    // Not with this process's own arguments: a loader would take it half a second to start.
    const options = { workerData: this.#shared, execArgv: [] };
    this.#worker = new Worker(new URL('./pacer.worker.mjs', import.meta.url), options);
    this.#worker.on('message', () => {
      this.#isSet = false;
      onDue();
    });
  }

  wake(inMs: number): void {
    if (this.#isSet) return;
    this.#isSet = true;
    this.#due[0] = performance.timeOrigin + performance.now() + inMs;
    Atomics.add(this.#told, 0, 1);
    Atomics.notify(this.#told, 0);
  }

  stop(): void {
    Atomics.store(this.#told, 0, -1);
    Atomics.notify(this.#told, 0);
  }
}

class TimerPacer implements Pacer {
  readonly #onDue: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  wake(inMs: number): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#onDue();
    }, inMs);
  }

  stop(): void {
    clearTimeout(this.#timer ?? undefined);
  }
}

/**
 * Comes around after every look at the network; who is woken too early looks at the clock, and comes again.
 */
class SpinPacer implements Pacer {
  readonly #onDue: () => void;
  #isOver = false;
  #isSet = false;

  constructor(onDue: () => void) {
    this.#onDue = onDue;
  }

  wake(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    setImmediate(() => {
      this.#isSet = false;
      if (!this.#isOver) this.#onDue();
    });
  }

  stop(): void {
    this.#isOver = true;
  }
}
