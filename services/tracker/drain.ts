import { type Clock, delay } from '@trackline/domain/clock';

/**
 * The orderly end of a tracker. From the signal on it says that it is not ready, and goes on answering while
 * load balancers notice; then it takes no more connections, puts what the spool holds onto the stream, hears
 * out the calls that are still under way, and makes its last statement. What could not be sent in time is
 * lost, and said so. Each phase is bounded; limits.ts adds them up.
 */
export interface DrainParts {
  readonly clock: Clock;
  /** How long calls are still taken. */
  readonly delayMs: number;
  /** From then on: how long open calls and the spool may take together. */
  readonly timeoutMs: number;
  /** How long calls that are under way by then may take to be answered. */
  readonly lastPutsMs: number;
  /** How long the last statement may take, when all else is done. */
  readonly finalStatementMs: number;
  /**
   * Takes no more connections, and resolves when the open calls are answered; by `untilMs` (monotonic) it
   * ends them.
   */
  closePublicServer(untilMs: number): Promise<void>;
  /** Resolves when everything accepted is on the stream. */
  flush(): Promise<void>;
  /** Puts nothing more on the stream, and resolves when the calls under way are answered. */
  stopSending(): Promise<void>;
  /**
   * Gives up what is not on the stream yet, and returns how many events that is. Asked again, it tells the
   * same: an event is lost once.
   */
  giveUp(): number;
  /** Returns whether it got through. */
  lastStatement(untilMs: number): Promise<boolean>;
  readonly telemetry: DrainTelemetry;
}

export interface DrainTelemetry {
  drainBegan(event: { readonly cause: string }): void;
  drainEnded(event: {
    readonly lost: number;
    readonly lastStatementSent: boolean;
    readonly tookMs: number;
  }): void;
  /** A second signal: the process ends now, whatever is unsent. */
  drainCutShort(event: { readonly cause: string; readonly lost: number }): void;
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
    const { clock, telemetry, giveUp } = this.#parts;
    if (this.#isCutShort) return;
    if (this.#beganMs !== null && clock.monotonicMs() - this.#beganMs >= sameSignalMs) {
      this.#isCutShort = true;
      telemetry.drainCutShort({ cause, lost: giveUp() });
      this.#end(1);
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
    await Promise.race([this.#parts.flush(), delay(clock, untilMs - clock.monotonicMs())]);
    await Promise.race([this.#parts.stopSending(), delay(clock, lastPutsMs)]);
    if (this.#isCutShort) return 1;
    const lost = this.#parts.giveUp();
    const lastStatementSent = await this.#parts.lastStatement(clock.monotonicMs() + finalStatementMs);
    if (this.#isCutShort) return 1;
    telemetry.drainEnded({ lost, lastStatementSent, tookMs: clock.monotonicMs() - beganMs });
    return lost > 0 ? 1 : 0;
  }
}
