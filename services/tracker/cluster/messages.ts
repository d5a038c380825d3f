import type { Registry } from 'prom-client';
import type { Readiness } from '../watching/reports.ts';
import type { Sampling, ShownVerdict } from '../watching/verdict-ring.ts';

/**
 * What the primary and its workers say to each other, over the channel that node:cluster opens between them:
 * JSON, and in order. Each knows the other's build, since the primary starts workers from its own files;
 * messages of others, such as Node's own, have no `kind` of these.
 */

/** Metrics that can be added to those of others. */
export type MetricFamilies = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface VerdictsReport {
  readonly sampling: Sampling;
  readonly verdicts: readonly ShownVerdict[];
}

/** What a worker is asked for, and what it answers. */
export interface Answers {
  readonly readiness: Readiness;
  readonly ledger: object;
  readonly metrics: MetricFamilies;
  readonly verdicts: VerdictsReport;
  /** Every program is forgotten. */
  readonly forget: true;
}

export type Topic = keyof Answers;

/** `after`: of verdicts, the number of the last one that is known. */
export interface Question {
  readonly kind: 'question';
  readonly topic: Topic;
  readonly after: number;
}

/** Have the spool take the slots of trackers that are gone. */
export interface AdoptOrphans {
  readonly kind: 'adopt-orphans';
}

export type ToWorker = Question | AdoptOrphans;

export type Answer = {
  readonly [T in Topic]: { readonly kind: 'answer'; readonly topic: T; readonly answer: Answers[T] };
}[Topic];

export interface Listening {
  readonly kind: 'listening';
  readonly url: string;
}

/** It is ready for calls, for the first time. */
export interface Ready {
  readonly kind: 'ready';
}

/** Its metrics at its end, so that what it counted is not lost with it. */
export interface LastCounts {
  readonly kind: 'last-counts';
  readonly metrics: MetricFamilies;
}

export type FromWorker = Answer | Listening | Ready | LastCounts;
