import type { Timer } from '@trackline/domain/clock';

interface Task {
  readonly dueMs: number;
  readonly order: number;
  run: (() => void) | null;
}

/**
 * The one time of a simulation. Nothing waits: what is due next runs next, and promises settle before the one after
 * it. Since nothing else moves (no file, no socket, no timer of Node's), a run is the same each time.
 */
export class Time {
  nowMs = 0;
  /** When the simulation begins, by a clock that nobody sets wrong. */
  readonly beginsMs = Date.UTC(2026, 0, 1, 12);
  #order = 0;
  /** A heap: each task is due no later than the two below it. */
  readonly #tasks: Task[] = [];

  /** By a clock that nobody sets wrong. */
  get wallMs(): number {
    return Math.floor(this.beginsMs + this.nowMs);
  }

  after(delayMs: number, run: () => void): Timer {
    const task: Task = { dueMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#push(task);
    return {
      cancel() {
        task.run = null;
      },
    };
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.nowMs + ms;
    await settled();
    for (;;) {
      const next = this.#tasks[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.#pop();
      if (next.run === null) continue;
      this.nowMs = next.dueMs;
      next.run();
      await settled();
    }
    this.nowMs = endMs;
  }

  /** Lets time pass until `holds`, looking every `everyMs`; false where it does not within `withinMs`. */
  async until(holds: () => boolean, everyMs: number, withinMs: number): Promise<boolean> {
    const endMs = this.nowMs + withinMs;
    while (!holds()) {
      if (this.nowMs >= endMs) return false;
      await this.advance(everyMs);
    }
    return true;
  }

  #push(task: Task): void {
    const tasks = this.#tasks;
    let at = tasks.length;
    tasks.push(task);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(task, tasks[above]!)) break;
      tasks[at] = tasks[above]!;
      at = above;
    }
    tasks[at] = task;
  }

  #pop(): void {
    const tasks = this.#tasks;
    const last = tasks.pop()!;
    if (tasks.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= tasks.length) break;
      if (below + 1 < tasks.length && isBefore(tasks[below + 1]!, tasks[below]!)) below++;
      if (!isBefore(tasks[below]!, last)) break;
      tasks[at] = tasks[below]!;
      at = below;
    }
    tasks[at] = last;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

/** Lets every promise settle that can. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
