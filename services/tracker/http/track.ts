import { decide, type ProgramLookup } from '@trackline/domain/decide';
import { isIdentifier } from '@trackline/domain/identifier';
import type { CallReason } from '@trackline/domain/verdict';
import type { FastifyReply } from 'fastify';
import type { SpoolOutcome } from '../shipping/spool.ts';
import { buildEvent } from './build-event.ts';
import type { Call, TrackedRequest, TrackedRoute, TrackingParts } from './call.ts';
import { ignoredAs } from './ignored.ts';

/**
 * The path that every tracked call takes: check → look up → decide → build the event → spool → answer. On a
 * cache hit with a spool in memory it runs through without a promise, a closure or a log line.
 */
export function track(
  parts: TrackingParts,
  route: TrackedRoute,
  request: TrackedRequest,
  reply: FastifyReply,
): void {
  const call: Call = {
    parts,
    route,
    request,
    reply,
    programId: request.params.programId,
    ip: addressOf(request),
    type: null,
    ignored: ignoredAs(request.raw),
    program: null,
    messageId: '',
  };
  try {
    const refusal = check(call);
    if (refusal !== null) {
      conclude(call, refusal);
      return;
    }
    const found = parts.programs.lookup(call.programId);
    if (found instanceof Promise) {
      found.then((lookup) => decideOn(call, lookup)).catch((error: unknown) => fail(call, error));
    } else {
      decideOn(call, found);
    }
  } catch (error) {
    fail(call, error);
  }
}

/**
 * Who calls. To be asked at the start: of a connection that is gone the address can't be told, whatever
 * Fastify's type says, and by the end of a cache miss it may be gone.
 */
function addressOf(request: TrackedRequest): string {
  const ip: string | undefined = request.ip;
  return ip ?? '';
}

/** What is wrong with how the call is made; null when nothing is. */
function check(call: Call): CallReason | null {
  const { programId, request, route, parts } = call;
  const { query } = request;
  call.type = route.typeOf(query);
  if (!isIdentifier(programId)) return refuseProgramId(programId, parts.limits.idLengthMax);
  if (query.malformed) return 'malformed';
  if (query.publisher !== '' && !isIdentifier(query.publisher)) {
    return query.publisher.length > parts.limits.idLengthMax ? 'id_too_long' : 'id_malformed';
  }
  if (call.type === null) return 'type_malformed';
  return null;
}

function refuseProgramId(id: string, lengthMax: number): CallReason {
  // Without an id, or with the path segments that mean "here" and "above", the path is another one than ours.
  if (id === '' || id === '.' || id === '..') return 'route_unknown';
  return id.length > lengthMax ? 'id_too_long' : 'id_malformed';
}

function decideOn(call: Call, lookup: ProgramLookup): void {
  const { parts, route } = call;
  if (lookup.kind === 'known') call.program = lookup.program;
  const nowMs = parts.clock.wallMs();
  const reason = decide(lookup, nowMs, route.acceptsUnverified && parts.acceptsUnverified);
  if (reason !== null || call.ignored !== null) {
    conclude(call, reason);
    return;
  }
  const unverified = lookup.kind !== 'known' || lookup.unverified;
  const event = buildEvent(call, call.type!, nowMs, unverified);
  call.messageId = event.messageId;
  parts.spool.accept(event, settled, call);
}

function settled(outcome: SpoolOutcome, call: Call): void {
  try {
    conclude(call, outcome === 'accepted' ? null : outcome === 'full' ? 'spool_full' : 'spool_failed');
  } catch (error) {
    fail(call, error);
  }
}

/** Answers and counts: the one way out of every tracked call. */
function conclude(call: Call, reason: CallReason | null): void {
  const { parts } = call;
  call.route.answer(call, reason);
  const told = call.ignored ?? reason;
  const type = call.type ?? 'none';
  parts.tally.count(type, told);
  parts.ring.note(type, call.programId, told, told === null ? call.messageId : '');
}

function fail(call: Call, error: unknown): void {
  call.parts.telemetry.callFailed({ error });
  if (!call.reply.sent) conclude(call, 'internal');
}
