import type { Clock } from '@trackline/domain/clock';
import type { FastifyInstance } from 'fastify';
import { Drain, type DrainTelemetry } from './drain.ts';
import type { Limits } from './limits.ts';
import type { Sender } from './shipping/sender.ts';
import type { SpoolBooks, SpoolIntake } from './shipping/spool.ts';
import type { Statements } from './shipping/statements.ts';
import type { Tally } from './watching/tally.ts';

export interface DrainedParts {
  readonly settings: { readonly drainDelayMs: number; readonly drainTimeoutMs: number };
  readonly limits: Limits;
  readonly clock: Clock;
  readonly publicServer: FastifyInstance;
  readonly spool: SpoolBooks & Pick<SpoolIntake, 'queuedBytes'>;
  readonly sender: Pick<Sender, 'flush' | 'stop'>;
  readonly statements: Pick<Statements, 'end'>;
  readonly tally: Tally;
  readonly telemetry: DrainTelemetry;
}

/** The drain of a tracker: what each of its phases does to the tracker's parts. */
export function drainOf(parts: DrainedParts): Drain {
  const { settings, limits, clock, publicServer, spool, sender, statements, tally, telemetry } = parts;
  /** Of all writers, also those that ended. */
  const unsent = () => spool.ended().reduce((sum, writer) => sum + writer.unsent, spool.account().unsent);
  let lost: number | null = null;

  return new Drain({
    clock,
    delayMs: settings.drainDelayMs,
    timeoutMs: settings.drainTimeoutMs,
    stalledMs: limits.drainStalledMs,
    lookEveryMs: limits.drainLookEveryMs,
    lastPutsMs: limits.lastPutsMs,
    finalStatementMs: limits.finalStatementMs,
    async closePublicServer(untilMs) {
      const endMs = Math.min(untilMs, clock.monotonicMs() + limits.requestTimeoutMs);
      let timer = clock.after(0, sweep);
      await publicServer.close();
      timer.cancel();

      /**
       * Closing closes what is idle then. What was busy is kept alive after its answer, unless somebody looks
       * again.
       */
      function sweep(): void {
        if (clock.monotonicMs() >= endMs) publicServer.server.closeAllConnections();
        else publicServer.server.closeIdleConnections();
        timer = clock.after(limits.idleSweptEveryMs, sweep);
      }
    },
    queuedBytes: () => spool.queuedBytes,
    flush: () => sender.flush(),
    unsent,
    atRisk: () => spool.account().atRisk,
    stopSending: () => sender.stop(),
    giveUp() {
      if (lost === null) {
        void sender.stop();
        lost = spool.account().atRisk;
        tally.countLost(lost);
      }
      return lost;
    },
    lastStatement: (untilMs) => statements.end(untilMs),
    ledger() {
      const { acceptedThrough, sentThrough, onDisk } = spool.account();
      const leftOnDisk = onDisk ? unsent() : 0;
      return { writer: spool.writer, acceptedThrough, sentThrough, leftOnDisk, ...tally.totals() };
    },
    telemetry,
  });
}
