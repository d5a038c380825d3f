import type { Clock } from '@trackline/domain/clock';
import type { Registry } from 'prom-client';
import type { Limits } from '../limits.ts';
import { type DurabilitySettings, outlivesProcess } from '../shipping/durability.ts';
import type { SpoolBooks, WriterAccount } from '../shipping/spool.ts';
import type { AdminReports, NotReadyReason, Readiness } from './reports.ts';
import type { Tally } from './tally.ts';
import type { VerdictRing } from './verdict-ring.ts';

export interface TrackerReportsParts {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'spoolUnreadyPercent'>;
  readonly instance: string;
  /** When the process began (wall clock). */
  readonly sinceMs: number;
  readonly durability: DurabilitySettings;
  readonly spool: Pick<SpoolBooks, 'writer' | 'account' | 'ended'>;
  readonly programs: { readonly coherent: boolean; readonly wasCoherent: boolean; clear(): void };
  readonly tally: Tally;
  readonly ring: VerdictRing;
  readonly registry: Registry;
  readonly isDraining: () => boolean;
}

/** What one tracker tells of itself, at once. */
export class TrackerReports implements AdminReports {
  readonly #parts: TrackerReportsParts;

  constructor(parts: TrackerReportsParts) {
    this.#parts = parts;
  }

  get metricsType(): string {
    return this.#parts.registry.contentType;
  }

  metrics(): Promise<string> {
    return this.#parts.registry.metrics();
  }

  /** The same, to be added to those of others. */
  metricFamilies(): ReturnType<Registry['getMetricsAsJSON']> {
    return this.#parts.registry.getMetricsAsJSON();
  }

  async readiness(): Promise<Readiness> {
    const reasons = notReadyBecause(this.#parts);
    return { ready: reasons.length === 0, reasons };
  }

  async ledger(): Promise<object> {
    const { spool, instance, sinceMs, durability, tally } = this.#parts;
    const { onDisk, ...account } = spool.account();
    return {
      writer: spool.writer,
      instance,
      sinceMs,
      durability,
      onDisk: onDisk && outlivesProcess(durability),
      ...this.#aged(account),
      ...tally.totals(),
      ended: spool.ended().map((each) => this.#aged(each)),
    };
  }

  get verdicts(): VerdictRing {
    return this.#parts.ring;
  }

  async forgetPrograms(): Promise<null> {
    this.#parts.programs.clear();
    return null;
  }

  /** An account with an age in place of a time of this process. */
  #aged<T extends WriterAccount>({ unsentSinceMs, ...account }: T) {
    const nowMs = this.#parts.clock.monotonicMs();
    return { ...account, oldestUnsentMs: unsentSinceMs === null ? null : Math.round(nowMs - unsentSinceMs) };
  }
}

/**
 * Why no calls should be sent here. An outage of the stream or of Redis is no reason, while there is room:
 * others would not fare better.
 */
function notReadyBecause({ programs, spool, isDraining, limits }: TrackerReportsParts): NotReadyReason[] {
  const reasons: NotReadyReason[] = [];
  if (!programs.wasCoherent) reasons.push('program_cache_never_coherent');
  const { writable, usedBytes, bytesMax } = spool.account();
  if (!writable) reasons.push('spool_not_writable');
  else if (usedBytes >= (bytesMax * limits.spoolUnreadyPercent) / 100) reasons.push('spool_nearly_full');
  if (isDraining()) reasons.push('draining');
  return reasons;
}
