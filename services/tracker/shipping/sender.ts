import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { Limits } from '../limits.ts';
import type { Aggregate } from './aggregate.ts';
import { BufferPool } from './buffer-pool.ts';
import { Held } from './held.ts';
import { type BackOffLimits, backOffMs, Outage } from './outage.ts';
import { type Failure, outcomesOfBrokenPort, sortByOutcome } from './put-outcomes.ts';
import { Resting } from './resting.ts';
import { eventsIn, type Spool } from './spool.ts';
import { Throttle } from './throttle.ts';

/**
 * The sender: takes events from the spool and puts them on the event stream, at its own pace.
 *
 * Aggregates are cut when they fill a call, or when an event has waited for the linger. Up to `putCallsMax`
 * calls are under way; what the sender holds, under way or waiting to be sent again, is bounded, and what is
 * beyond waits in the spool. Each record has its own outcome: what the stream has is released, the rest goes
 * again after a back-off, behind which nothing else waits: a shard that takes nothing holds up no other. It
 * goes under a fresh hash key, since it may be its shard that is over its rate, or ails. Errors that no retry
 * mends keep the events too: they are tried again at the longest back-off, and told as an alarm.
 *
 * What is throttled rests for a short time only (throttle.ts). While that lasts, the sender holds what fits into
 * one call: enough to give every shard what it takes, and more would be sent in vain.
 *
 * A call of which the stream took no record is an outage, unless it was only throttled, and the sender rests as a
 * whole (outage.ts). Nothing is cut meanwhile: what comes grows to full aggregates in the spool. Then one call
 * probes with all that fits into it, what failed first, so that an outage costs a few calls and not one for each
 * aggregate.
 */
export interface SenderOptions {
  readonly spool: SenderSpool;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly limits: SenderLimits;
  readonly telemetry: SenderTelemetry;
}

/** What the sender takes from, and how it knows that nothing is left to be sent. */
export type SenderSpool = Pick<
  Spool,
  'take' | 'release' | 'waitingBytes' | 'waitingSinceMs' | 'onWaiting' | 'queuedBytes' | 'account' | 'ended'
>;

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
    | 'throttledRestMs'
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

export class Sender {
  readonly #options: SenderOptions;
  readonly #held: Held;
  readonly #resting: Resting;
  readonly #throttle: Throttle;
  readonly #outage: Outage;
  /** For the records of calls under way. */
  readonly #rooms: BufferPool;
  #callsUnderWay = 0;
  #wake: { readonly timer: Timer; readonly atOnce: boolean } | null = null;
  /** The spool handed out nothing when it was last asked, though something waits: it tells when it can. */
  #spoolReads = false;
  /** Whether the stream last refused records for a reason that no retry mends. */
  #refused = false;
  #hurried = false;
  #stopped = false;
  #whenIdle: (() => void)[] = [];
  #whenQuiet: (() => void)[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#held = new Held(options);
    const onDue = (aggregates: readonly Aggregate[]) => {
      this.#held.sendAgain(aggregates);
      this.#pump();
    };
    this.#resting = new Resting(options.clock, onDue);
    this.#throttle = new Throttle(options.clock, options.random, options.limits, onDue);
    this.#outage = new Outage(options.clock);
    const { aggregateBytesMax, putBytesMax } = options.limits;
    this.#rooms = new BufferPool(aggregateBytesMax, Math.ceil(putBytesMax / aggregateBytesMax));
    options.spool.onWaiting(() => this.#onWaiting());
    // What is left of another life may be ready already.
    this.#lingerForTheRest();
  }

  /**
   * Stops lingering and shortens the back-off, since the process is about to end: resolves when everything that
   * was accepted is on the stream, by this writer and by those before it.
   */
  flush(): Promise<void> {
    this.#hurried = true;
    this.#held.sendAgain(this.#resting.wake());
    this.#held.sendAgain(this.#throttle.wake());
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
    this.#resting.wake();
    this.#throttle.wake();
    const quiet = new Promise<void>((resolve) => {
      this.#whenQuiet.push(resolve);
    });
    this.#tellIfIdle();
    return quiet;
  }

  stats() {
    return {
      callsUnderWay: this.#callsUnderWay,
      heldAggregates: this.#held.aggregates,
      heldBytes: this.#held.bytes,
      refused: this.#refused,
    };
  }

  /** Called for every event: decides only whether and when to look. */
  #onWaiting(): void {
    this.#spoolReads = false;
    if (this.#wake?.atOnce || !this.#hasRoom()) return;
    if (this.#hurried || this.#options.spool.waitingBytes >= this.#options.limits.putBytesMax) {
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
      const call = this.#held.assemble((others) => this.#cut(others > 0));
      if (call.length === 0) break;
      void this.#put(call);
    }
    this.#lingerForTheRest();
    this.#tellIfIdle();
  }

  /** A new aggregate, where what waits is ripe for one; null where it is not, or the spool has to read first. */
  #cut(goesAlong: boolean): Aggregate | null {
    if (!this.#isRipe(goesAlong)) return null;
    const aggregate = this.#held.cut();
    this.#spoolReads = aggregate === null;
    return aggregate;
  }

  /**
   * Whether what waits in the spool should be cut, if we may hold more: it fills a call, or has lingered. What fills an
   * aggregate goes along with a call that is made anyway; a call for each would cost 0.7 ms each time.
   */
  #isRipe(goesAlong: boolean): boolean {
    const { spool, clock, limits } = this.#options;
    const sinceMs = spool.waitingSinceMs;
    if (sinceMs === null || this.#spoolReads || !this.#hasRoom()) return false;
    return (
      this.#hurried ||
      spool.waitingBytes >= (goesAlong ? limits.aggregateBytesMax : limits.putBytesMax) ||
      clock.monotonicMs() - sinceMs >= limits.sendLingerMs
    );
  }

  #mayCall(): boolean {
    if (this.#outage.rests) return false;
    return this.#callsUnderWay < (this.#outage.lasts ? 1 : this.#options.limits.putCallsMax);
  }

  /** Whether a new aggregate may be held, and would be sent. */
  #hasRoom(): boolean {
    const { heldBytesMax, putBytesMax } = this.#options.limits;
    if (!this.#mayCall() || this.#throttle.fillsStream) return false;
    return this.#held.hasRoom(this.#throttle.lasts ? putBytesMax : heldBytesMax);
  }

  /**
   * What is too young to be cut gets its own wake-up; where there is no room, the end of a call or of a rest
   * looks again.
   */
  #lingerForTheRest(): void {
    const { spool, clock, limits } = this.#options;
    const sinceMs = spool.waitingSinceMs;
    if (this.#stopped || this.#wake !== null || sinceMs === null) return;
    if (this.#spoolReads || !this.#hasRoom()) return;
    this.#wakeAfter(Math.max(1, sinceMs + limits.sendLingerMs - clock.monotonicMs()));
  }

  async #put(call: readonly Aggregate[]): Promise<void> {
    const { stream, clock, telemetry } = this.#options;
    this.#callsUnderWay++;
    const beganMs = clock.monotonicMs();
    const rooms = call.map(({ dataBytes }) => this.#rooms.take(dataBytes));
    const records = call.map((aggregate, index) => aggregate.encode(rooms[index]!));
    const outcomes = await stream.put(records).catch(outcomesOfBrokenPort);
    for (const room of rooms) this.#rooms.give(room);
    this.#callsUnderWay--;
    const bytes = call.reduce((sum, aggregate) => sum + aggregate.bytes, 0);
    const { taken, failures } = sortByOutcome(call, outcomes);
    for (const aggregate of taken) this.#held.release(aggregate);
    this.#layDown(failures, taken.length);
    telemetry.putEnded({
      records: call.length,
      failedRecords: call.length - taken.length,
      eventsSent: eventsOf(taken),
      bytes,
      tookMs: clock.monotonicMs() - beganMs,
    });
    this.#pump();
  }

  /** Tells what the stream did not take, and lays it down for a while. */
  #layDown(failures: readonly Failure[], taken: number): void {
    for (const failure of failures) this.#tell(failure);
    const failed = failures.flatMap(({ aggregates }) => aggregates);
    this.#held.rekey(failed);
    if (failures.some(({ outcome }) => !outcome.retriable)) this.#refused = true;
    else if (taken > 0) this.#refused = false;
    if (taken === 0 && !failures.every(({ outcome }) => outcome.throttled)) {
      this.#held.sendAgain(failed);
      this.#restWhole(failures.some(({ outcome }) => outcome.retriable));
    } else {
      this.#outage.ended();
      this.#restApart(failures, taken);
    }
  }

  #tell({ outcome: { code, throttled, retriable }, aggregates }: Failure): void {
    const records = aggregates.length;
    const events = eventsOf(aggregates);
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
  #restApart(failures: readonly Failure[], taken: number): void {
    if (this.#stopped) return;
    const throttled = failures
      .filter(({ outcome }) => outcome.throttled)
      .flatMap(({ aggregates }) => aggregates);
    this.#throttle.callEnded(throttled, taken);
    for (const { outcome, aggregates } of failures) {
      if (outcome.throttled) continue;
      const attempt = Math.min(...aggregates.map((aggregate) => aggregate.failures++));
      this.#resting.add(aggregates, this.#backOffMs(attempt, outcome.retriable));
    }
  }

  #backOffMs(attempt: number, retriable: boolean): number {
    const { limits, random } = this.#options;
    return backOffMs(attempt, retriable, this.#hurried, limits, random);
  }

  #tellIfIdle(): void {
    if (this.#callsUnderWay === 0) for (const resolve of this.#whenQuiet.splice(0)) resolve();
    if (this.#whenIdle.length === 0) return;
    if (this.#isAllSent()) for (const resolve of this.#whenIdle.splice(0)) resolve();
    else this.#lookAgain();
  }

  #isAllSent(): boolean {
    const { spool } = this.#options;
    if (spool.queuedBytes > 0 || spool.account().unsent > 0) return false;
    return spool.ended().every(({ unsent }) => unsent === 0);
  }

  /** While a flush lasts: what can't be kept leaves the spool's account without a word to us. */
  #lookAgain(): void {
    if (this.#wake === null && !this.#stopped) this.#wakeAfter(this.#options.limits.retryBaseMs);
  }
}

function eventsOf(aggregates: readonly Aggregate[]): number {
  return aggregates.reduce((sum, aggregate) => sum + eventsIn(aggregate.run), 0);
}
