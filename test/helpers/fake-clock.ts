import type { Clock, Timer } from '@trackline/domain/clock';

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** A clock that a test turns by hand: nothing waits, and timers run in the order in which they fall due. */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #order = 0;
  #tasks: Task[] = [];

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs;
  }

  wallMs(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, run: () => void): Timer {
    const task = { dueMs: this.#monotonicMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#tasks.push(task);
    return {
      cancel: () => {
        this.#tasks = this.#tasks.filter((other) => other !== task);
      },
    };
  }

  get timers(): number {
    return this.#tasks.length;
  }

  /** Runs what falls due within `ms`, letting promises settle after each task. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#monotonicMs + ms;
    await settle();
    for (;;) {
      const next = this.#tasks
        .filter((task) => task.dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs || a.order - b.order)[0];
      if (!next) break;
      this.#tasks = this.#tasks.filter((task) => task !== next);
      this.#moveTo(Math.max(this.#monotonicMs, next.dueMs));
      next.run();
      await settle();
    }
    this.#moveTo(endMs);
  }

  /** The process stands still for `ms`: what falls due meanwhile runs late, behind it. */
  async stall(ms: number): Promise<void> {
    this.#moveTo(this.#monotonicMs + ms);
    await this.advance(0);
  }

  /** The wall clock alone jumps, as when a machine's time is corrected. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  /** The process stands still for `ms`, as when its machine sleeps: what fell due meanwhile runs late, at the end. */
  async suspend(ms: number): Promise<void> {
    this.#moveTo(this.#monotonicMs + ms);
    await this.advance(0);
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

/** Lets every promise that can settle without I/O do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
