import type { Clock } from '@trackline/domain/clock';
import { decide, type ProgramLookup } from '@trackline/domain/decide';
import { newMessageId, type RandomBytes } from '@trackline/domain/message-id';
import type { Program } from '@trackline/domain/program';
import type { EventType, TrackingEvent } from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import type { ProgramCache } from './program-cache/program-cache.ts';
import type { Spool, SpoolOutcome } from './spool.ts';
import type { Verdicts } from './verdicts.ts';

/** What every call needs; made once. */
export interface Tracking {
  readonly programs: Pick<ProgramCache, 'lookup'>;
  readonly spool: Spool;
  readonly verdicts: Verdicts;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  readonly instance: string;
  readonly region: string;
}

/** A call as its route read it, checked and bounded. */
export interface Call {
  readonly type: EventType;
  readonly programId: string;
  readonly publisherId: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly referrer: string;
  /** Whether it is taken, flagged, when the program can't be known. */
  readonly acceptsUnverified: boolean;
  /** Answered, but no event: a HEAD or a prefetch. */
  readonly ignored: 'head' | 'prefetch' | null;
}

export interface Outcome {
  readonly messageId: string;
  /** Null: accepted. */
  readonly reason: CallReason | null;
  /** The program, where it is known: also of a call that is not accepted. */
  readonly program: Program | null;
}

/**
 * The path of every call: look up, decide, build the event, spool it, and only then answer. In the common case (the program in memory, the spool in memory) all of it
 * happens before this returns.
 */
export function track(tracking: Tracking, call: Call, answer: (outcome: Outcome) => void): void {
  const found = tracking.programs.lookup(call.programId);
  if (found instanceof Promise) void found.then((lookup) => decided(tracking, call, lookup, answer));
  else decided(tracking, call, found, answer);
}

function decided(
  tracking: Tracking,
  call: Call,
  lookup: ProgramLookup,
  answer: (outcome: Outcome) => void,
): void {
  const nowMs = tracking.clock.wallMs();
  const program = lookup.kind === 'known' ? lookup.program : null;
  const reason = decide(lookup, nowMs, call.acceptsUnverified) ?? call.ignored;
  const messageId = newMessageId(nowMs, tracking.randomBytes);
  const finish = (why: CallReason | null) => {
    tracking.verdicts.note(call.type, call.programId, call.publisherId, messageId, call.ignored ?? why);
    answer({ messageId, reason: why, program });
  };
  if (reason !== null) finish(reason);
  else
    tracking.spool.accept(event(tracking, call, lookup, messageId, nowMs), (outcome) =>
      finish(spoolReason[outcome]),
    );
}

const spoolReason: Readonly<Record<SpoolOutcome, CallReason | null>> = {
  accepted: null,
  full: 'spool_full',
  failed: 'spool_failed',
};

const noParams: Readonly<Record<string, string>> = Object.freeze({});

function event(
  tracking: Tracking,
  call: Call,
  lookup: ProgramLookup,
  messageId: string,
  receivedAtMs: number,
): TrackingEvent {
  const program = lookup.kind === 'known' ? lookup.program : null;
  const isClick = call.type === 'click';
  return {
    messageId,
    type: call.type,
    programId: call.programId,
    programVersion: program === null ? 0 : program.version,
    publisherId: call.publisherId,
    clickId: isClick ? messageId : '',
    visitorId: '',
    receivedAtMs,
    ip: call.ip,
    userAgent: call.userAgent,
    referrer: call.referrer,
    landingUrl: isClick && program !== null ? program.landingUrl : '',
    params: noParams,
    transaction: null,
    bot: false,
    unverified: lookup.kind !== 'known' || lookup.unverified,
    instance: tracking.instance,
    region: tracking.region,
  };
}
