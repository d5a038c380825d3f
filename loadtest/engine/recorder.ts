import { type CallKind, callKinds } from './call.ts';
import { coarseHistogram, fineHistogram, type Histogram, record } from './histograms.ts';

/** What was counted in one interval of the run. */
export interface Interval {
  /** Calls that were due in it, sent in time or not. */
  offered: number;
  /** Answers that came in it, and those of them that were "accepted". */
  answered: number;
  accepted: number;
  /** Calls given up in it: never answered, or never sent. */
  failed: number;
  /** Of the calls that were due in it, whenever they were answered; microseconds. */
  readonly latency: Histogram;
}

/** Why a call has no answer. Only of `unanswered` its client can't know whether it counted. */
export type Failure = 'unanswered' | 'unsent';

/**
 * Counts what becomes of the calls of a run. Latency is counted from when a call was *due*: a server that
 * stalls has every call on its account that would have come in the meantime, and not only the one that it
 * stalled (Gil Tene, "How NOT to Measure Latency": coordinated omission).
 */
export class Recorder {
  readonly intervalMs: number;
  readonly #intervals: Interval[] = [];
  /**
   * From due to answered; of all answers, and of "accepted" ones. Calls that ran out of time count with it.
   */
  readonly latency = fineHistogram();
  readonly acceptedLatency = fineHistogram();
  readonly latencyByKind = Object.fromEntries(callKinds.map((kind) => [kind, fineHistogram()])) as Readonly<
    Record<CallKind, Histogram>
  >;
  /** From sent to answered: what a client would have measured that only calls when it was answered. */
  readonly service = fineHistogram();
  /** From due to sent: what the client itself, and the lack of a free connection, have added. */
  readonly sendDelay = fineHistogram();
  /** Answers by kind, and by the value of `x-tracking-verdict`. */
  readonly verdicts: Readonly<Record<CallKind, Map<string, number>>> = Object.fromEntries(
    callKinds.map((kind) => [kind, new Map<string, number>()]),
  ) as Readonly<Record<CallKind, Map<string, number>>>;
  readonly statuses = new Map<number, number>();
  readonly failures: Readonly<Record<CallKind, Record<Failure, number>>> = Object.fromEntries(
    callKinds.map((kind) => [kind, { unanswered: 0, unsent: 0 }]),
  ) as Readonly<Record<CallKind, Record<Failure, number>>>;
  readonly counts = { offered: 0, sent: 0, answered: 0, accepted: 0, unanswered: 0, unsent: 0 };

  /** @param intervalMs how long an interval of the curves is */
  constructor(intervalMs = 1_000) {
    this.intervalMs = intervalMs;
  }

  /** What happened over time, from the beginning on. */
  get intervals(): readonly Interval[] {
    return this.#intervals;
  }

  offered(dueMs: number): void {
    this.counts.offered++;
    this.#at(dueMs).offered++;
  }

  sent(dueMs: number, nowMs: number): void {
    this.counts.sent++;
    record(this.sendDelay, nowMs - dueMs);
  }

  answered(
    kind: CallKind,
    dueMs: number,
    sentMs: number,
    nowMs: number,
    status: number,
    verdict: string,
  ): void {
    const tookMs = nowMs - dueMs;
    const interval = this.#at(nowMs);
    this.counts.answered++;
    interval.answered++;
    record(this.latency, tookMs);
    record(this.latencyByKind[kind], tookMs);
    record(this.#at(dueMs).latency, tookMs);
    record(this.service, nowMs - sentMs);
    if (verdict.startsWith('accepted')) {
      this.counts.accepted++;
      interval.accepted++;
      record(this.acceptedLatency, tookMs);
    }
    const verdicts = this.verdicts[kind];
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
  }

  /**
   * @param ranOut whether it waited for as long as a client waits: then it counts as a call that took so long
   */
  failed(kind: CallKind, failure: Failure, dueMs: number, nowMs: number, ranOut: boolean): void {
    this.counts[failure]++;
    this.failures[kind][failure]++;
    this.#at(nowMs).failed++;
    if (!ranOut) return;
    record(this.latency, nowMs - dueMs);
    record(this.latencyByKind[kind], nowMs - dueMs);
    record(this.#at(dueMs).latency, nowMs - dueMs);
  }

  #at(ms: number): Interval {
    const index = Math.max(0, Math.floor(ms / this.intervalMs));
    while (this.#intervals.length <= index) {
      this.#intervals.push({ offered: 0, answered: 0, accepted: 0, failed: 0, latency: coarseHistogram() });
    }
    return this.#intervals[index]!;
  }
}
