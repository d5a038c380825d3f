import type { Clock, Random } from '@trackline/domain/clock';
import type { ProgramLookup } from '@trackline/domain/decide';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { Program } from '@trackline/domain/program';
import type { EventType } from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../limits.ts';
import type { SpoolIntake } from '../shipping/spool.ts';
import type { Tally } from '../watching/tally.ts';
import type { VerdictRing } from '../watching/verdict-ring.ts';
import type { CallQuery } from './query.ts';

/** What every call is tracked with. */
export interface TrackingParts {
  readonly programs: ProgramLookups;
  readonly spool: SpoolIntake;
  readonly tally: Tally;
  readonly ring: VerdictRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly limits: Limits;
  readonly telemetry: CallTelemetry;
  /** Whether impressions on programs that can't be known are taken, flagged. */
  readonly acceptsUnverified: boolean;
  readonly instance: string;
  readonly region: string;
}

/** The program cache, as a call sees it: at once on a hit. */
export interface ProgramLookups {
  lookup(id: string): ProgramLookup | Promise<ProgramLookup>;
}

export interface CallTelemetry {
  /** Something threw that should not have: a bug. What the error says may be the caller's: it is not told. */
  callFailed(failure: { readonly error: unknown }): void;
}

export type TrackedRequest = FastifyRequest<{ Params: { programId: string }; Querystring: CallQuery }>;

/**
 * One call on its way through: made once as one literal, then filled in, so that all calls share one shape.
 */
export interface Call {
  readonly parts: TrackingParts;
  readonly route: TrackedRoute;
  readonly request: TrackedRequest;
  readonly reply: FastifyReply;
  readonly programId: string;
  /** The caller's address, '' where it can't be told; never to be kept as it is. */
  readonly ip: string;
  type: EventType | null;
  /** HEAD or a prefetch: answered as any other, but no event. */
  readonly ignored: CallReason | null;
  /** The program decided on, where there is one. */
  program: Program | null;
  /** '' until an event is made. */
  messageId: string;
}

/** What tells one tracked route from another. */
export interface TrackedRoute {
  /** Whether it takes events of programs that can't be known, if the tracker does. */
  readonly acceptsUnverified: boolean;
  /** The event type of a call; null where it names none that this route takes. */
  typeOf(query: CallQuery): EventType | null;
  /**
   * Answers the call; `reason` is what became of it, null when it is accepted (or would be, were it not
   * ignored).
   */
  answer(call: Call, reason: CallReason | null): void;
}
