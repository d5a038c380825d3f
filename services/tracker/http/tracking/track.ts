import { decide, type ProgramLookup } from '@trackline/domain/decide';
import { newMessageId } from '@trackline/domain/message-id';
import type { EventType } from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import type { Durability } from '../../shipping/durability.ts';
import type { SpoolOutcome } from '../../shipping/spool.ts';
import { redirectFor } from '../redirect/location.ts';
import { buildEvent } from './build-event.ts';
import type { Call } from './call.ts';
import { check } from './check.ts';
import { messageIdOfKey } from './idempotency.ts';
import { readTransaction } from './transaction.ts';

/**
 * The path that every event takes: check → look up → decide → build the event → spool → answer. On a cache hit
 * with a spool in memory it runs through without a promise, a closure or a log line.
 */
export function track(call: Call): void {
  try {
    // Whoever clicks is sent on, and so has to be looked up first, however often they click.
    const refusal = check(call) ?? (call.type === 'click' ? null : limitOfAddress(call));
    if (refusal !== null) {
      conclude(call, refusal);
      return;
    }
    const found = call.parts.programs.lookup(call.programId);
    if (found instanceof Promise) {
      found.then((lookup) => decideOn(call, lookup)).catch((error: unknown) => fail(call, error));
    } else {
      decideOn(call, found);
    }
  } catch (error) {
    fail(call, error);
  }
}

function decideOn(call: Call, lookup: ProgramLookup): void {
  const { parts, route } = call;
  if (lookup.kind === 'known') call.program = lookup.program;
  const nowMs = parts.clock.wallMs();
  const refusal =
    decide(lookup, nowMs, route.acceptsUnverified && parts.acceptsUnverified) ?? prepare(call, nowMs);
  if (refusal !== null || call.caller.ignored !== null) {
    conclude(call, refusal);
    return;
  }
  const unverified = lookup.kind !== 'known' || lookup.unverified;
  const type = call.type!;
  const event = buildEvent(call, type, nowMs, unverified);
  parts.spool.accept(event, durabilityOf(call, type), settled, call);
}

/** Finds out what the event needs besides its program. Returns what is wrong, null when nothing is. */
function prepare(call: Call, nowMs: number): CallReason | null {
  const { parts, parameters, programId, program, type } = call;
  if (type === 'transaction') {
    const transaction = readTransaction(parameters, programId, program, parts.keyring);
    if (transaction === 'signature_invalid') return transaction;
    call.transaction = transaction;
  }
  const limit = overloadOf(call) ?? (type === 'click' ? limitOfAddress(call) : null) ?? limitOfProgram(call);
  // What is not taken, or is no event, gets no name.
  if (limit === null && call.caller.ignored === null) {
    const messageId = messageIdOf(call, nowMs);
    if (messageId === null) return 'idempotency_key_malformed';
    call.messageId = messageId;
  }
  if (type === 'click' && program !== null) aim(call, nowMs);
  return limit;
}

/** Whether there is too much to do. Who is not to be sent on was shed before anything was looked at. */
function overloadOf({ parts, route, caller }: Call): CallReason | null {
  return route.sendsOn && caller.ignored === null && parts.overload.lasts ? 'overloaded' : null;
}

/** Whether the caller calls too often. What is ignored spends nobody's share. */
function limitOfAddress({ parts, caller }: Call): CallReason | null {
  return caller.ignored === null ? parts.rates.ofAddress(caller.ip) : null;
}

/** Whether there are too many calls on the program. */
function limitOfProgram({ parts, caller, programId }: Call): CallReason | null {
  return caller.ignored === null ? parts.rates.ofProgram(programId) : null;
}

/** The event's message id: of its client's idempotency key, if there is one. Null where that is none. */
function messageIdOf({ parts, parameters, programId, transaction }: Call, nowMs: number): string | null {
  const { idempotencyKey: key, publisher: publisherId } = parameters;
  if (key === '') return newMessageId(nowMs, parts.randomBytes);
  const claims = transaction?.claims === true;
  return messageIdOfKey({ key, programId, publisherId, claims }, nowMs, parts.limits);
}

/** Finds out where a click on a known program goes. */
function aim(call: Call, nowMs: number): void {
  const { parts, parameters, programId, messageId } = call;
  const { url, expires, key, sig, publisher, params } = parameters;
  const link = { target: url, expires, keyId: key, signature: sig };
  const values = { clickId: messageId, programId, publisherId: publisher, params };
  const { location, reason } = redirectFor(call.program!, link, values, parts.keyring, nowMs);
  call.location = location;
  call.redirectReason = reason;
}

/** How safe the event must be before its call is answered. */
function durabilityOf({ parts: { durability }, route }: Call, type: EventType): Durability {
  const own = durability[type];
  return route.programInPath ? own : (durability.batch ?? own);
}

const reasonsOfOutcomes: Readonly<Record<SpoolOutcome, CallReason | null>> = {
  accepted: null,
  full: 'spool_full',
  failed: 'spool_failed',
  unconfirmed: 'stream_unconfirmed',
};

function settled(outcome: SpoolOutcome, call: Call): void {
  try {
    // What was not confirmed is kept all the same.
    if (outcome === 'full' || outcome === 'failed') unmake(call);
    conclude(call, reasonsOfOutcomes[outcome]);
  } catch (error) {
    fail(call, error);
  }
}

/**
 * Takes back what an event that is not kept has promised: its name, and a cookie. Who refuses is forgotten all the
 * same.
 */
function unmake(call: Call): void {
  call.messageId = '';
  if (call.consent.choice === 'granted') call.setCookies = [];
  if (call.location !== '') aim(call, call.parts.clock.wallMs());
}

/** Answers and counts: the one way out of every event. */
function conclude(call: Call, reason: CallReason | null): void {
  const { parts } = call;
  call.route.answer(call, reason);
  call.concluded = true;
  const told = call.caller.ignored ?? reason;
  const type = call.type ?? 'none';
  parts.tally.count(type, told);
  if (call.redirectReason !== '' && call.caller.ignored === null)
    parts.tally.countRedirect(call.redirectReason);
  // What is far too long to be an id is not kept for anybody to look at.
  const shownId = call.programId.length > parts.limits.idLengthMax ? '' : call.programId;
  parts.ring.note(type, shownId, told, told === null ? call.messageId : '');
}

/** Never throws: behind a cache miss or the spool nobody would catch it, and the tracker would end. */
function fail(call: Call, error: unknown): void {
  call.parts.telemetry.callFailed({ error });
  if (call.concluded) return;
  try {
    conclude(call, 'internal');
  } catch (again) {
    // What answers this call is what is broken: the server's own answer to errors is left.
    call.reply.send(again);
  }
}
