import type { Keyring } from '@trackline/adapters/keyring/keyring';
import type { Clock, Random } from '@trackline/domain/clock';
import type { Consent, ConsentChoice } from '@trackline/domain/consent';
import type { ProgramLookup } from '@trackline/domain/decide';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { Program } from '@trackline/domain/program';
import type { EventType, Transaction } from '@trackline/domain/tracking-event';
import type { CallReason, RedirectReason } from '@trackline/domain/verdict';
import type { FastifyReply } from 'fastify';
import type { BotFilter } from '../../bots/bots.ts';
import type { ConsentReader } from '../../consent/signals.ts';
import type { Limits } from '../../limits.ts';
import type { RateLimits } from '../../rate-limit/rate-limits.ts';
import type { DurabilitySettings } from '../../shipping/durability.ts';
import type { SpoolIntake } from '../../shipping/spool.ts';
import type { Tally } from '../../watching/tally.ts';
import type { VerdictRing } from '../../watching/verdict-ring.ts';
import type { Caller } from '../request/caller.ts';
import type { Parameters } from '../request/parameters.ts';
import type { Trusts } from '../request/trusted-proxies.ts';
import type { VisitorCookie } from '../request/visitor.ts';

/** What every call is tracked with. */
export interface TrackingParts {
  readonly programs: ProgramLookups;
  readonly spool: SpoolIntake;
  readonly durability: DurabilitySettings;
  /** Whether there is too much to do. */
  readonly overload: { readonly lasts: boolean };
  readonly tally: Tally;
  readonly ring: VerdictRing;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly limits: Limits;
  readonly telemetry: CallTelemetry;
  readonly keyring: Keyring;
  readonly consent: ConsentReader;
  readonly bots: BotFilter;
  readonly visitors: VisitorCookie;
  readonly rates: RateLimits;
  /** Whose `X-Forwarded-For` is believed. */
  readonly trusts: Trusts;
  /** What holds of consent where nobody said anything. */
  readonly consentWithoutSignal: ConsentChoice;
  /** Whether pixels on programs that can't be known are taken, flagged. */
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

/** What is known of one event of a call before it is tracked. */
interface CallBegun {
  readonly parts: TrackingParts;
  readonly route: TrackedRoute;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly parameters: Parameters;
  readonly programId: string;
  readonly consent: Consent;
}

/**
 * One event of a call on its way through: made once as one literal, then filled in, so that all share one shape.
 */
export interface Call extends CallBegun {
  /** Null where the call names none that its route takes. */
  readonly type: EventType | null;
  /** The program decided on, where there is one. */
  program: Program | null;
  transaction: Transaction | null;
  /** '' until an event is made. */
  messageId: string;
  /** Where a click goes; '' as long as that is not known. */
  location: string;
  /** Why it does not go where the call wants it to; '' where it does. */
  redirectReason: RedirectReason | '';
  /** What the answer sets of cookies. */
  setCookies: readonly string[];
  /** Whether it has its answer. */
  concluded: boolean;
}

/** What tells one tracked route from another. */
export interface TrackedRoute {
  /** Whether the path names the program, and not the event itself. */
  readonly programInPath: boolean;
  /** Whether it takes events of programs that can't be known, if the tracker does. */
  readonly acceptsUnverified: boolean;
  /**
   * Who calls it. A browser is made a visitor, and may be a robot; a server is neither, whatever it calls itself.
   * Either: no one is made a visitor, since to a server every event would be another.
   */
  readonly calledBy: 'browser' | 'server' | 'either';
  /**
   * Whether whoever calls is to be sent on. They are looked up even where there is too much to do, since they would be
   * stranded otherwise.
   */
  readonly sendsOn: boolean;
  /** The event type of a call; null where it names none that this route takes. */
  typeOf(parameters: Parameters): EventType | null;
  /**
   * Answers the call; `reason` is what became of it, null when it is accepted (or would be, were it not
   * ignored).
   */
  answer(call: Call, reason: CallReason | null): void;
}

const none: readonly string[] = Object.freeze([]);

/** A call as it begins, before anything is checked or decided. */
export function beginCall(begun: CallBegun): Call {
  const { parts, route, reply, caller, parameters, programId, consent } = begun;
  return {
    parts,
    route,
    reply,
    caller,
    parameters,
    programId,
    type: route.typeOf(parameters),
    consent,
    program: null,
    transaction: null,
    messageId: '',
    location: '',
    redirectReason: '',
    // Who refuses is to be forgotten, whatever becomes of the call.
    setCookies: consent.choice === 'denied' && caller.visitorCookie !== null ? parts.visitors.expired : none,
    concluded: false,
  };
}
