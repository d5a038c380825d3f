import { type Clock, delay } from '@trackline/domain/clock';

/**
 * The orderly end of a tracker. From the signal on it says that it is not ready, and goes on answering while
 * load balancers notice; then it takes no more connections, has the spool keep what it was given and puts that
 * onto the stream, hears out the calls that are still under way, and makes its last statements. What is neither on
 * the stream nor on a disk by then is lost, and said so. Each phase is bounded; limits.ts adds them up.
 *
 * Where the disk keeps what is unsent, the flush ends early once nothing gets onto the stream any more: the next
 * start sends it, and no time-out has to be waited for. Not at once: who ends a tracker may take its disk away,
 * too, so a stream that comes back within one attempt is still given everything.
 */
export interface DrainParts {
  readonly clock: Clock;
  /** How long calls are still taken. */
  readonly delayMs: number;
  /** From then on: how long open calls and the spool may take together. */
  readonly timeoutMs: number;
  /** How long nothing gets onto the stream until what the disk keeps is left to it; looked at every so often. */
  readonly stalledMs: number;
  readonly lookEveryMs: number;
  /** How long calls that are under way by then may take to be answered. */
  readonly lastPutsMs: number;
  /** How long the last statements may take, when all else is done. */
  readonly finalStatementMs: number;
  /**
   * Takes no more connections, and resolves when the open calls are answered; by `untilMs` (monotonic) it
   * ends them.
   */
  closePublicServer(untilMs: number): Promise<void>;
  /** What was accepted, and waits for the disk. */
  queuedBytes(): number;
  /** Resolves when everything that the spool hands out is on the stream. */
  flush(): Promise<void>;
  /** How many events are not on the stream; and of them, how many only this process has. */
  unsent(): number;
  atRisk(): number;
  /** Puts nothing more on the stream, and resolves when the calls under way are answered. */
  stopSending(): Promise<void>;
  /**
   * Gives up what is neither on the stream nor kept, and returns how many events that is. Asked again, it tells
   * the same: an event is lost once.
   */
  giveUp(): number;
  /** Returns whether it got through. */
  lastStatement(untilMs: number): Promise<boolean>;
  /** How the account stands. */
  ledger(): DrainLedger;
  readonly telemetry: DrainTelemetry;
}

/** The account of a tracker at its end. */
export interface DrainLedger {
  readonly writer: string;
  readonly acceptedThrough: number;
  readonly sentThrough: number;
  /** Events, of all its writers, that the next start will send. */
  readonly leftOnDisk: number;
  readonly lost: number;
  readonly rejected: number;
  readonly shed: number;
  readonly ignored: number;
}

export interface DrainTelemetry {
  drainBegan(event: { readonly cause: string }): void;
  drainEnded(event: DrainLedger & { readonly lastStatementSent: boolean; readonly tookMs: number }): void;
  /** A second signal: the process ends now, whatever is unsent. */
  drainCutShort(event: DrainLedger & { readonly cause: string }): void;
}

/** A terminal and npm both send a signal for one Ctrl-C: within this time a repeated one is the same. */
const sameSignalMs = 1_000;

export class Drain {
  readonly #parts: DrainParts;
  #beganMs: number | null = null;
  #isCutShort = false;
  #end: (exitCode: number) => void = () => {};
  /** Resolves with the exit code: 0, or 1 where accepted events were lost. */
  readonly ended: Promise<number>;

  constructor(parts: DrainParts) {
    this.#parts = parts;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get began(): boolean {
    return this.#beganMs !== null;
  }

  /**
   * A signal came: the first begins the drain, one that comes later than a second after it ends the process
   * at once.
   */
  signal(cause: string): void {
    const { clock, telemetry } = this.#parts;
    if (this.#isCutShort) return;
    if (this.#beganMs !== null && clock.monotonicMs() - this.#beganMs >= sameSignalMs) {
      this.#isCutShort = true;
      const lost = this.#parts.giveUp();
      telemetry.drainCutShort({ cause, ...this.#parts.ledger() });
      this.#end(exitCodeOf(lost));
      return;
    }
    this.begin(cause);
  }

  /** Begins the drain, unless it has begun. */
  begin(cause: string): void {
    if (this.#beganMs !== null) return;
    this.#beganMs = this.#parts.clock.monotonicMs();
    this.#parts.telemetry.drainBegan({ cause });
    void this.#run(this.#beganMs).then(this.#end);
  }

  async #run(beganMs: number): Promise<number> {
    const { clock, delayMs, timeoutMs, lastPutsMs, finalStatementMs, telemetry } = this.#parts;
    await delay(clock, delayMs);
    const untilMs = clock.monotonicMs() + timeoutMs;
    await this.#parts.closePublicServer(untilMs);
    await this.#flush(untilMs);
    await Promise.race([this.#parts.stopSending(), delay(clock, lastPutsMs)]);
    if (this.#isCutShort) return this.ended;
    const exitCode = exitCodeOf(this.#parts.giveUp());
    const lastStatementSent = await this.#parts.lastStatement(clock.monotonicMs() + finalStatementMs);
    if (this.#isCutShort) return this.ended;
    const tookMs = clock.monotonicMs() - beganMs;
    telemetry.drainEnded({ ...this.#parts.ledger(), lastStatementSent, tookMs });
    return exitCode;
  }

  /**
   * Resolves when everything is on the stream or `untilMs` (monotonic) has come; and where the disk keeps all that
   * is left, when nothing has got onto the stream for a while.
   */
  async #flush(untilMs: number): Promise<void> {
    const { clock } = this.#parts;
    let isOver = false;
    const timeIsOver = delay(clock, untilMs - clock.monotonicMs());
    await Promise.race([this.#sent(() => isOver), timeIsOver, this.#stalled(() => isOver)]);
    isOver = true;
  }

  async #sent(isOver: () => boolean): Promise<void> {
    const { clock, lookEveryMs, queuedBytes, flush } = this.#parts;
    // The spool hands out nothing that is not kept yet.
    while (queuedBytes() > 0) {
      await delay(clock, lookEveryMs);
      if (isOver()) return;
    }
    await flush();
  }

  async #stalled(isOver: () => boolean): Promise<void> {
    const { clock, unsent, atRisk, stalledMs, lookEveryMs } = this.#parts;
    let left = unsent();
    let sinceMs = clock.monotonicMs();
    while (!isOver() && clock.monotonicMs() - sinceMs < stalledMs) {
      await delay(clock, lookEveryMs);
      if (unsent() === left && atRisk() === 0) continue;
      left = unsent();
      sinceMs = clock.monotonicMs();
    }
  }
}

function exitCodeOf(lost: number): number {
  return lost > 0 ? 1 : 0;
}
