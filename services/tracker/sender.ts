import type { EventStream, PutOutcome } from '@trackline/adapters/event-stream/event-stream';
import { fullJitterMs } from '@trackline/domain/backoff';
import type { Clock, Random, Timer } from '@trackline/domain/clock';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { Limits } from './limits.ts';
import { type Parcel, statementParcel, takeAggregate } from './parcel.ts';
import type { Spool } from './spool.ts';

/**
 * The sender takes events from the spool and puts them on the stream, at its own pace.
 *
 * What waits is cut into aggregates when one is full, or when its oldest event has waited for the linger. Aggregates go out up to 500 and 5 MiB a call, some calls at a time. Each record has its own
 * outcome: what is on the stream is released from the spool; what failed waits out its back-off, alone, and goes with a later call, under a fresh hash key where its shard was throttled. A
 * refusal that no retry mends is an alarm, and is tried again at the longest back-off: the events are kept, and a person may mend it.
 *
 * Aggregates under way are bounded; beyond that nothing leaves the spool, which fills and then says so.
 */
export interface SenderOptions {
  readonly spool: Spool;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly limits: SenderLimits;
  readonly telemetry: SenderTelemetry;
}

export type SenderLimits = Pick<
  Limits,
  | 'aggregateBytesMax'
  | 'putRecordsMax'
  | 'putBytesMax'
  | 'putCallsMax'
  | 'aggregatesMax'
  | 'lingerMs'
  | 'retryBaseMs'
  | 'retryMaxMs'
>;

export interface SenderTelemetry {
  eventsSent(event: { readonly events: number; readonly records: number }): void;
  /** Records that failed and will be tried again, by the stream's code. */
  recordsFailed(event: { readonly records: number; readonly events: number; readonly code: string }): void;
  /** An alarm: the stream refuses in a way that no retry mends. */
  streamRefused(event: { readonly code: string }): void;
}

interface Waiting {
  readonly parcel: Parcel;
  readonly dueMs: number;
}

export class Sender {
  readonly #options: SenderOptions;
  #waiting: Waiting[] = [];
  readonly #underWay = new Set<Parcel>();
  #calls = 0;
  #timer: Timer | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #flushing = false;
  #sentEvents = 0;
  #idle: (() => void)[] = [];

  constructor(options: SenderOptions) {
    this.#options = options;
    options.spool.onAccepted = () => this.#onAccepted();
  }

  /** Puts a statement on its way. One that still waits is replaced: the newer says more. */
  state(statement: Uint8Array): void {
    const { clock, spool, randomBytes } = this.#options;
    const nowMs = clock.monotonicMs();
    this.#waiting = this.#waiting.filter(({ parcel }) => parcel.events.length > 0);
    this.#waiting.push({
      parcel: statementParcel(spool.writer, statement, nowMs, randomBytes),
      dueMs: nowMs,
    });
    this.#pump();
  }

  /**
   * Sends what there is without lingering, and resolves when nothing is left, or after `timeoutMs`.
   *
   * @returns how many events are left
   */
  async flush(timeoutMs: number): Promise<number> {
    this.#flushing = true;
    this.#pump();
    if (!this.#isIdle()) {
      let timer: Timer | null = null;
      await new Promise<void>((resolve) => {
        this.#idle.push(resolve);
        timer = this.#options.clock.after(timeoutMs, resolve);
      });
      (timer as Timer | null)?.cancel();
    }
    this.#flushing = false;
    return this.#options.spool.state().held;
  }

  status() {
    const { spool, clock } = this.#options;
    const { waitingSinceMs, held } = spool.state();
    const since = [waitingSinceMs ?? Number.POSITIVE_INFINITY];
    for (const parcel of this.#underWay) if (parcel.events.length > 0) since.push(parcel.sinceMs);
    const oldestMs = Math.min(...since);
    return {
      sent: this.#sentEvents,
      unsent: held,
      oldestUnsentMs: oldestMs === Number.POSITIVE_INFINITY ? 0 : clock.monotonicMs() - oldestMs,
      aggregatesUnderWay: this.#underWay.size,
      callsUnderWay: this.#calls,
    };
  }

  #onAccepted(): void {
    const { spool, clock, limits } = this.#options;
    if (spool.waitingBytes >= limits.aggregateBytesMax) {
      this.#pump();
    } else {
      const dueMs = clock.monotonicMs() + limits.lingerMs;
      if (dueMs < this.#timerDueMs) this.#pumpAt(dueMs);
    }
  }

  #pump(): void {
    const { limits } = this.#options;
    while (this.#calls < limits.putCallsMax) {
      const parcels = this.#nextCall();
      if (parcels.length === 0) break;
      void this.#put(parcels);
    }
    this.#schedule();
    if (this.#isIdle()) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** What goes with the next call: what is due again first, then fresh aggregates. */
  #nextCall(): Parcel[] {
    const { clock, limits } = this.#options;
    const nowMs = clock.monotonicMs();
    const parcels: Parcel[] = [];
    let bytes = 0;
    const add = (parcel: Parcel): boolean => {
      const size = parcel.record.data.length + parcel.record.partitionKey.length;
      if (parcels.length >= limits.putRecordsMax || bytes + size > limits.putBytesMax) return false;
      parcels.push(parcel);
      bytes += size;
      return true;
    };
    this.#waiting = this.#waiting.filter(({ parcel, dueMs }) => !(dueMs <= nowMs && add(parcel)));
    while (
      parcels.length < limits.putRecordsMax &&
      bytes + limits.aggregateBytesMax + 256 <= limits.putBytesMax &&
      this.#underWay.size < limits.aggregatesMax &&
      this.#isRipe(nowMs)
    ) {
      const parcel = takeAggregate(this.#options.spool, limits.aggregateBytesMax, this.#options.randomBytes);
      if (parcel === null) break;
      this.#underWay.add(parcel);
      add(parcel);
    }
    return parcels;
  }

  #isRipe(nowMs: number): boolean {
    const { spool, limits } = this.#options;
    const { waitingSinceMs } = spool.state();
    if (waitingSinceMs === null) return false;
    return (
      this.#flushing ||
      spool.waitingBytes >= limits.aggregateBytesMax ||
      nowMs - waitingSinceMs >= limits.lingerMs
    );
  }

  async #put(parcels: readonly Parcel[]): Promise<void> {
    this.#calls++;
    const outcomes = await this.#options.stream.put(parcels.map(({ record }) => record));
    this.#calls--;
    let records = 0;
    let events = 0;
    const failures = new Map<string, { records: number; events: number; hopeless: boolean }>();
    parcels.forEach((parcel, index) => {
      const outcome = outcomes[index]!;
      if (outcome.ok) {
        records++;
        events += parcel.events.length;
        this.#underWay.delete(parcel);
        this.#options.spool.release(parcel.events);
      } else {
        const failure = failures.get(outcome.code) ?? { records: 0, events: 0, hopeless: !outcome.retriable };
        failure.records++;
        failure.events += parcel.events.length;
        failures.set(outcome.code, failure);
        this.#retryLater(parcel, outcome);
      }
    });
    this.#sentEvents += events;
    const { telemetry } = this.#options;
    if (records > 0) telemetry.eventsSent({ events, records });
    for (const [code, failure] of failures) {
      telemetry.recordsFailed({ records: failure.records, events: failure.events, code });
      if (failure.hopeless) telemetry.streamRefused({ code });
    }
    this.#pump();
  }

  #retryLater(parcel: Parcel, outcome: PutOutcome & { ok: false }): void {
    const { clock, random, limits } = this.#options;
    if (outcome.throttled) parcel.rekey();
    const delayMs = outcome.retriable
      ? fullJitterMs(parcel.attempts, limits.retryBaseMs, limits.retryMaxMs, random)
      : limits.retryMaxMs;
    parcel.attempts++;
    this.#waiting.push({ parcel, dueMs: clock.monotonicMs() + delayMs });
  }

  /** One timer, for the earliest thing that time alone makes due. A call that ends pumps by itself. */
  #schedule(): void {
    const { spool, limits } = this.#options;
    let dueMs = Number.POSITIVE_INFINITY;
    if (this.#calls < limits.putCallsMax) {
      for (const waiting of this.#waiting) dueMs = Math.min(dueMs, waiting.dueMs);
      const { waitingSinceMs } = spool.state();
      if (waitingSinceMs !== null && this.#underWay.size < limits.aggregatesMax) {
        dueMs = Math.min(dueMs, waitingSinceMs + limits.lingerMs);
      }
    }
    this.#pumpAt(dueMs);
  }

  #pumpAt(dueMs: number): void {
    if (dueMs === this.#timerDueMs) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerDueMs = dueMs;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    // A real timer may fire a fraction early; a whole millisecond more never costs a second turn.
    const delayMs = Math.max(0, Math.ceil(dueMs - this.#options.clock.monotonicMs()));
    this.#timer = this.#options.clock.after(delayMs, () => {
      this.#timer = null;
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }

  #isIdle(): boolean {
    return this.#calls === 0 && this.#waiting.length === 0 && this.#options.spool.state().held === 0;
  }
}
