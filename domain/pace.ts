import type { Clock, Random, Timer } from './clock.ts';

/** Between two calls after the first refusal. */
const firstGapMs = 25;
/** Between two calls to who refuses them all: what asks whether that is over. */
const gapMaxMs = 2_000;
/** Where a part of each call is taken: that is as fast as the other side can be, and not to be slowed to a probe. */
const partlyGapMaxMs = 50;
/** Calls a second that each call brings back which is taken whole. */
const risePerSecond = 2;
/** A gap that is shorter is none. */
const gapMinMs = 1;

/**
 * How fast the other side is called, for all who call it: its rate goes up by the same little whenever a call is
 * taken, and is halved when one is refused, as TCP does with its window ("additive increase, multiplicative
 * decrease", Chiu and Jain 1989). So those who are refused do not hammer, however many they are, and find out
 * soon when there is room again. Without refusals nobody waits.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #random: Random;
  /** 0: calls do not wait for each other. */
  #gapMs = 0;
  #nextMs = -Infinity;
  #slowedAtMs = -Infinity;
  /** In the order in which they came. They get their turns one by one, so that a pace that has risen is theirs, too. */
  #waiting: Waiting[] = [];
  #timer: Timer | null = null;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /**
   * Resolves when it is the caller's turn.
   *
   * @param deadlineMs monotonic
   * @returns false, and before the deadline if that is still to come, where no turn comes before it
   */
  turn(deadlineMs: number): Promise<boolean> {
    // With a timer under way, nothing is told before the next turn.
    if (this.#timer !== null && deadlineMs <= this.#nextMs) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting.push({ deadlineMs, resolve });
      if (this.#timer === null) this.#give();
    });
  }

  /**
   * Gives the turns that have come, and sees to the next one.
   *
   * @param dueMs when it was to be called; a timer may be early by a fraction
   */
  #give(dueMs = -Infinity): void {
    this.#timer = null;
    const nowMs = Math.max(this.#clock.monotonicMs(), dueMs);
    for (;;) {
      const nextMs = Math.max(nowMs, this.#nextMs);
      // Nobody's turn comes before the next one.
      const [inTime, late] = parted(this.#waiting, ({ deadlineMs }) => nextMs < deadlineMs);
      this.#waiting = inTime;
      for (const { resolve } of late) resolve(false);
      if (inTime.length === 0) return;
      if (nextMs > nowMs) {
        this.#timer = this.#clock.after(nextMs - nowMs, () => this.#give(nextMs));
        return;
      }
      this.#nextMs = nowMs + this.#gap();
      this.#waiting.shift()!.resolve(true);
    }
  }

  /** A call was taken whole. */
  taken(): void {
    if (this.#gapMs === 0) return;
    const gapMs = 1000 / (1000 / this.#gapMs + risePerSecond);
    this.#gapMs = gapMs < gapMinMs ? 0 : gapMs;
  }

  /**
   * A call was refused for want of room.
   *
   * @param begunMs when it was made (monotonic): those that were under way when the pace fell tell nothing new
   * @param share how much of it: 1 for all
   */
  refused(begunMs: number, share = 1): void {
    if (begunMs < this.#slowedAtMs) return;
    const nowMs = this.#clock.monotonicMs();
    const maxMs = share < 1 ? partlyGapMaxMs * share : gapMaxMs;
    const slowerMs = Math.max(firstGapMs * share, this.#gapMs * (1 + share));
    this.#gapMs = Math.max(this.#gapMs, Math.min(maxMs, slowerMs));
    this.#slowedAtMs = nowMs;
    this.#nextMs = Math.max(this.#nextMs, nowMs + this.#gap());
  }

  /** With jitter of a half in both directions, lest many who were refused at once keep step. */
  #gap(): number {
    return this.#gapMs * (0.5 + this.#random());
  }
}

interface Waiting {
  readonly deadlineMs: number;
  readonly resolve: (isTurn: boolean) => void;
}

function parted<T>(all: readonly T[], holds: (each: T) => boolean): [T[], T[]] {
  return [all.filter(holds), all.filter((each) => !holds(each))];
}
