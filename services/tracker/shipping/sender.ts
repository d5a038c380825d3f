import type { EventStream, PutOutcome } from '@trackline/adapters/event-stream/event-stream';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { Limits } from '../limits.ts';
import { Aggregate } from './aggregate.ts';
import { type BackOffLimits, backOffMs, Outage } from './outage.ts';
import type { SpoolOutlet } from './spool.ts';

/**
 * The sender: takes events from the spool and puts them on the event stream, at its own pace.
 *
 * An aggregate is cut when a full one waits, or when an event has waited for the linger. Up to `putCallsMax`
 * calls are under way; what the sender holds, under way or waiting to be sent again, is bounded, and what is
 * beyond waits in the spool. Each record has its own outcome: what the stream has is released, the rest goes
 * again after a back-off, behind which nothing else waits: a shard that takes nothing holds up no other. It
 * goes under a fresh hash key, since it may be its shard that is over its rate, or ails. Errors that no retry
 * mends keep the events too: they are tried again at the longest back-off, and told as an alarm.
 *
 * A call of which the stream took no record is an outage, and the sender rests as a whole (outage.ts).
 * Nothing is cut meanwhile: what comes grows to full aggregates in the spool. Then one call probes with all
 * that fits into it, what failed first, so that an outage costs a few calls and not one for each aggregate.
 */
export interface SenderOptions {
  readonly spool: SpoolOutlet;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly limits: SenderLimits;
  readonly telemetry: SenderTelemetry;
}

export type SenderLimits = BackOffLimits &
  Pick<
    Limits,
    | 'sendLingerMs'
    | 'aggregateBytesMax'
    | 'putRecordsMax'
    | 'putBytesMax'
    | 'putCallsMax'
    | 'heldAggregatesMax'
    | 'heldBytesMax'
  >;

export interface SenderTelemetry {
  /** One call is over: what the stream took of it, and what it did not. */
  putEnded(call: {
    readonly records: number;
    readonly failedRecords: number;
    readonly eventsSent: number;
    readonly bytes: number;
    readonly tookMs: number;
  }): void;
  /** Records of one call failed alike. Not retriable: an alarm, it needs a person. */
  putFailed(failure: SendFailure): void;
}

export interface SendFailure {
  readonly code: string;
  readonly throttled: boolean;
  readonly retriable: boolean;
  readonly records: number;
  readonly events: number;
}

type Failed = Extract<PutOutcome, { readonly ok: false }>;

/** Aggregates that wait together for their next attempt. */
interface Resting {
  readonly aggregates: readonly Aggregate[];
  readonly timer: Timer;
}

export class Sender {
  readonly #options: SenderOptions;
  /** To be sent again now. */
  #due: Aggregate[] = [];
  readonly #resting = new Set<Resting>();
  readonly #outage: Outage;
  #callsUnderWay = 0;
  #held = 0;
  #heldBytes = 0;
  #wake: { readonly timer: Timer; readonly atOnce: boolean } | null = null;
  #hurried = false;
  #stopped = false;
  #whenIdle: (() => void)[] = [];
  #whenQuiet: (() => void)[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#outage = new Outage(options.clock);
    options.spool.onWaiting(() => this.#onWaiting());
  }

  /**
   * Stops lingering and shortens the back-off, since the process is about to end: resolves when the spool and
   * the sender are empty.
   */
  flush(): Promise<void> {
    this.#hurried = true;
    for (const { aggregates, timer } of this.#resting) {
      timer.cancel();
      this.#due.push(...aggregates);
    }
    this.#resting.clear();
    this.#outage.wake();
    const idle = new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
    this.#pump();
    return idle;
  }

  /** Begins nothing more. Calls under way are let finish: resolves when they have. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#wake?.timer.cancel();
    this.#outage.wake();
    for (const { timer } of this.#resting) timer.cancel();
    const quiet = new Promise<void>((resolve) => {
      this.#whenQuiet.push(resolve);
    });
    this.#tellIfIdle();
    return quiet;
  }

  stats() {
    return { callsUnderWay: this.#callsUnderWay, heldAggregates: this.#held, heldBytes: this.#heldBytes };
  }

  /** Called for every event: decides only whether and when to look. */
  #onWaiting(): void {
    if (this.#wake?.atOnce || !this.#hasRoom()) return;
    if (this.#hurried || this.#options.spool.waitingBytes >= this.#options.limits.aggregateBytesMax) {
      // Not here and now: this is the call of whoever had an event accepted.
      this.#wakeAfter(0);
    } else if (this.#wake === null) {
      this.#wakeAfter(this.#options.limits.sendLingerMs);
    }
  }

  #wakeAfter(delayMs: number): void {
    this.#wake?.timer.cancel();
    const timer = this.#options.clock.after(delayMs, () => {
      this.#wake = null;
      this.#pump();
    });
    this.#wake = { timer, atOnce: delayMs === 0 };
  }

  /** Starts as many calls as there is something to send in, and room for. */
  #pump(): void {
    while (!this.#stopped && this.#mayCall()) {
      const call = this.#assemble();
      if (call.length === 0) break;
      void this.#put(call);
    }
    this.#lingerForTheRest();
    this.#tellIfIdle();
  }

  /** What goes into the next call: what is due again first, then what the spool has. */
  #assemble(): Aggregate[] {
    const { putRecordsMax, putBytesMax, aggregateBytesMax } = this.#options.limits;
    const call: Aggregate[] = [];
    let bytes = 0;
    while (call.length < putRecordsMax) {
      const next = this.#due[call.length];
      if (next === undefined || bytes + next.bytes > putBytesMax) break;
      call.push(next);
      bytes += next.bytes;
    }
    this.#due = this.#due.slice(call.length);
    // A new one may come out at its full size, and its key counts too.
    const newBytesMax = aggregateBytesMax + keyBytesMax;
    while (call.length < putRecordsMax && bytes + newBytesMax <= putBytesMax && this.#isRipe()) {
      const next = this.#cut();
      if (next === null) break;
      call.push(next);
      bytes += next.bytes;
    }
    return call;
  }

  #cut(): Aggregate | null {
    const { spool, randomBytes, limits } = this.#options;
    const aggregate = Aggregate.cut(spool, limits.aggregateBytesMax, randomBytes);
    if (aggregate !== null) {
      this.#held++;
      this.#heldBytes += aggregate.bytes;
    }
    return aggregate;
  }

  /**
   * Whether what waits in the spool should be cut: a full aggregate, or one that has lingered, if we may hold
   * more.
   */
  #isRipe(): boolean {
    const { spool, clock, limits } = this.#options;
    const sinceMs = spool.waitingSinceMs;
    if (sinceMs === null || !this.#hasRoom()) return false;
    return (
      this.#hurried ||
      spool.waitingBytes >= limits.aggregateBytesMax ||
      clock.monotonicMs() - sinceMs >= limits.sendLingerMs
    );
  }

  #mayCall(): boolean {
    if (this.#outage.rests) return false;
    return this.#callsUnderWay < (this.#outage.lasts ? 1 : this.#options.limits.putCallsMax);
  }

  #hasRoom(): boolean {
    const { heldAggregatesMax, heldBytesMax, aggregateBytesMax } = this.#options.limits;
    return (
      this.#mayCall() && this.#held < heldAggregatesMax && this.#heldBytes + aggregateBytesMax <= heldBytesMax
    );
  }

  /**
   * What is too young to be cut gets its own wake-up; where there is no room, the end of a call or of a rest
   * looks again.
   */
  #lingerForTheRest(): void {
    const { spool, clock, limits } = this.#options;
    const sinceMs = spool.waitingSinceMs;
    if (this.#stopped || this.#wake !== null || sinceMs === null || !this.#hasRoom()) return;
    this.#wakeAfter(Math.max(1, sinceMs + limits.sendLingerMs - clock.monotonicMs()));
  }

  async #put(call: readonly Aggregate[]): Promise<void> {
    const { stream, clock, telemetry } = this.#options;
    this.#callsUnderWay++;
    const beganMs = clock.monotonicMs();
    const outcomes = await stream.put(call.map((aggregate) => aggregate.record)).catch(brokenPort);
    this.#callsUnderWay--;
    const failed = this.#settle(call, outcomes);
    telemetry.putEnded({
      records: call.length,
      failedRecords: failed.length,
      eventsSent: eventsIn(call) - eventsIn(failed),
      bytes: call.reduce((sum, aggregate) => sum + aggregate.bytes, 0),
      tookMs: clock.monotonicMs() - beganMs,
    });
    this.#pump();
  }

  /** Releases what the stream has, and lays the rest down for a while. Returns what failed. */
  #settle(call: readonly Aggregate[], outcomes: readonly PutOutcome[]): Aggregate[] {
    const failures = new Map<string, { readonly outcome: Failed; readonly aggregates: Aggregate[] }>();
    call.forEach((aggregate, index) => {
      const outcome = outcomes[index] ?? noOutcome;
      if (outcome.ok) {
        this.#held--;
        this.#heldBytes -= aggregate.bytes;
        this.#options.spool.release(aggregate.run);
        return;
      }
      const alike = failures.get(outcome.code);
      if (alike) alike.aggregates.push(aggregate);
      else failures.set(outcome.code, { outcome, aggregates: [aggregate] });
    });
    const groups = [...failures.values()];
    for (const { outcome, aggregates } of groups) this.#tell(outcome, aggregates);
    const failed = groups.flatMap(({ aggregates }) => aggregates);
    this.#rekey(failed);
    if (failed.length === call.length) {
      this.#due.push(...failed);
      this.#restWhole(groups.some(({ outcome }) => outcome.retriable));
    } else {
      this.#outage.ended();
      for (const { outcome, aggregates } of groups) this.#layDown(outcome, aggregates);
    }
    return failed;
  }

  #tell({ code, throttled, retriable }: Failed, aggregates: readonly Aggregate[]): void {
    const records = aggregates.length;
    const events = eventsIn(aggregates);
    this.#options.telemetry.putFailed({ code, throttled, retriable, records, events });
  }

  /** One back-off for all that is due, and for what the spool has. */
  #restWhole(retriable: boolean): void {
    if (this.#stopped) return;
    this.#outage.failed(
      (attempt) => this.#backOffMs(attempt, retriable),
      () => this.#pump(),
    );
  }

  /** One back-off for all that failed alike in a call: apart, they would come back as many small calls. */
  #layDown({ retriable }: Failed, aggregates: readonly Aggregate[]): void {
    const attempt = Math.min(...aggregates.map((aggregate) => aggregate.failures++));
    this.#rest(aggregates, this.#backOffMs(attempt, retriable));
  }

  #backOffMs(attempt: number, retriable: boolean): number {
    const { limits, random } = this.#options;
    return backOffMs(attempt, retriable, this.#hurried, limits, random);
  }

  #rekey(aggregates: readonly Aggregate[]): void {
    for (const aggregate of aggregates) {
      this.#heldBytes -= aggregate.bytes;
      aggregate.rekey(this.#options.randomBytes);
      this.#heldBytes += aggregate.bytes;
    }
  }

  #rest(aggregates: readonly Aggregate[], delayMs: number): void {
    if (this.#stopped) return;
    const resting: Resting = {
      aggregates,
      timer: this.#options.clock.after(delayMs, () => {
        this.#resting.delete(resting);
        this.#due.push(...aggregates);
        this.#pump();
      }),
    };
    this.#resting.add(resting);
  }

  #tellIfIdle(): void {
    if (this.#callsUnderWay === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
    if (this.#held > 0 || this.#options.spool.waitingSinceMs !== null) return;
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }
}

/** The longest partition key that Kinesis takes. */
const keyBytesMax = 256;

const noOutcome: Failed = { ok: false, code: 'NoOutcome', throttled: false, retriable: true };

/**
 * The port promises not to reject. Should an adapter break that, its records count as failed: nothing is
 * known of them.
 */
function brokenPort(error: unknown): PutOutcome[] {
  return [{ ...noOutcome, code: error instanceof Error ? error.name : 'Unknown' }];
}

function eventsIn(aggregates: readonly Aggregate[]): number {
  return aggregates.reduce((sum, aggregate) => sum + aggregate.run.events.length, 0);
}
