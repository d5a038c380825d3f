import type { Clock, Timer } from '@trackline/domain/clock';
import type { Chance } from './chance.ts';
import type { Time } from './time.ts';

/** A computer, of which only the wall clock is of interest: processes on it share it, and it may be set wrong. */
export class Machine {
  wallAheadMs = 0;
}

/** What a process asks of what is outside of it. */
export interface Request<T> {
  /** How long it takes to get there. */
  readonly thereMs: number;
  /** How long the answer takes. */
  readonly backMs: number;
  /** What it does there; what this gives, or throws, is the answer. */
  effect(): T;
  /**
   * Set where the system of the same machine does it, which is done with it before a process has ended: what it
   * has left of it, where that is neither nothing nor all.
   */
  tear?(): void;
}

/**
 * A process: its time, its timers and its requests end with it, at whatever moment. A request that is on its way
 * then may still get there, or not; nobody hears the answer.
 */
export class Process {
  readonly name: string;
  alive = true;
  readonly beganMs: number;
  readonly clock: Clock;
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #underWay = new Map<Timer, Request<unknown>>();

  constructor(name: string, time: Time, chance: Chance, machine: Machine = new Machine()) {
    this.name = name;
    this.#time = time;
    this.#chance = chance;
    this.beganMs = time.nowMs;
    const { beganMs } = this;
    this.clock = {
      wallMs: () => time.wallMs + machine.wallAheadMs,
      monotonicMs: () => time.nowMs - beganMs,
      after: (delayMs, run) => this.#after(delayMs, run),
    };
  }

  request<T>(request: Request<T>): Promise<T> {
    const { thereMs, backMs, effect } = request;
    return new Promise((resolve, reject) => {
      if (!this.alive) return;
      const arrival = this.#time.after(thereMs, () => {
        this.#underWay.delete(arrival);
        let answer: () => void;
        try {
          const value = effect();
          answer = () => resolve(value);
        } catch (error) {
          answer = () => reject(error);
        }
        this.#after(backMs, answer);
      });
      this.#underWay.set(arrival, request);
    });
  }

  /** Ends it as SIGKILL does. */
  kill(): void {
    this.alive = false;
    for (const [arrival, { effect, tear }] of this.#underWay) {
      if (tear === undefined && this.#chance.happens(0.5)) continue;
      arrival.cancel();
      if (tear === undefined) continue;
      try {
        this.#chance.pick([effect, tear, () => {}])();
      } catch {
        // Whom it would have been told is gone.
      }
    }
    this.#underWay.clear();
  }

  #after(delayMs: number, run: () => void): Timer {
    return this.#time.after(delayMs, () => {
      if (this.alive) run();
    });
  }
}
