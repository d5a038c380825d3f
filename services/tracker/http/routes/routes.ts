import { decideConsent } from '@trackline/domain/consent';
import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { ConsentStrings } from '../../consent/signals.ts';
import { refuse } from '../answers/refuse.ts';
import { readBatchBody, readEventBody } from '../request/body.ts';
import { type Caller, callerOf } from '../request/caller.ts';
import { faulty, type Parameters } from '../request/parameters.ts';
import type { Operation } from '../schemas/operation.ts';
import * as schemas from '../schemas/operations.ts';
import { beginCall, type TrackedRoute, type TrackingParts } from '../tracking/call.ts';
import { track } from '../tracking/track.ts';
import { Batch } from './batch.ts';
import { click } from './click.ts';
import { events } from './events.ts';
import { impression } from './impression.ts';
import { transactionPixel, transactionPostback } from './transaction.ts';

/** A route of the public port, as the server and the documents need to know it. */
export interface PublicRoute {
  readonly url: string;
  readonly methods: readonly HTTPMethods[];
  /** The largest body that it takes; absent where it takes none. */
  readonly bodyBytesMax?: 'eventBodyBytesMax' | 'batchBodyBytesMax';
  /** What the document says of it; nothing is validated by it. */
  readonly schema: Operation;
  handle(parts: TrackingParts, request: PublicRequest, reply: FastifyReply): void;
}

type PublicRequest = FastifyRequest<{ Params: { programId: string }; Querystring: Parameters }>;

export const publicRoutes: readonly PublicRoute[] = [
  {
    url: '/v1/impression/:programId',
    methods: ['GET', 'HEAD'],
    schema: schemas.impression,
    handle: trackQuery(impression),
  },
  { url: '/v1/click/:programId', methods: ['GET', 'HEAD'], schema: schemas.click, handle: trackQuery(click) },
  {
    url: '/v1/events/:programId',
    methods: ['GET', 'HEAD'],
    schema: schemas.events,
    handle: trackQuery(events),
  },
  {
    url: '/v1/transaction/:programId',
    methods: ['GET', 'HEAD'],
    schema: schemas.transactionPixel,
    handle: trackQuery(transactionPixel),
  },
  {
    url: '/v1/transaction/:programId',
    methods: ['POST'],
    bodyBytesMax: 'eventBodyBytesMax',
    schema: schemas.transactionPostback,
    handle: trackPostback,
  },
  {
    url: '/v1/events',
    methods: ['POST'],
    bodyBytesMax: 'batchBodyBytesMax',
    schema: schemas.batch,
    handle: trackBatch,
  },
];

/** One event, told by its path and its query. */
function trackQuery(route: TrackedRoute): PublicRoute['handle'] {
  return (parts, request, reply) => {
    trackOne(parts, route, reply, callerOf(request, parts), request.query, request.params.programId);
  };
}

/** One event, told by its path and its body. */
function trackPostback(parts: TrackingParts, request: PublicRequest, reply: FastifyReply): void {
  const body = readEventBody(request.raw.headers, request.body, parts.limits);
  const parameters = body.ok ? body.value : faulty(body.reason);
  trackOne(parts, transactionPostback, reply, callerOf(request, parts), parameters, request.params.programId);
}

function trackBatch(parts: TrackingParts, request: PublicRequest, reply: FastifyReply): void {
  const caller = callerOf(request, parts);
  const body = readBatchBody(request.raw.headers, request.body, parts.limits);
  if (!body.ok) {
    refuse(parts, request, reply, body.reason);
    return;
  }
  const batch = new Batch(body.value.length);
  // Read once, however many events it is for.
  const consentOfAll = consentOf(parts, caller, request.query);
  const calls = body.value.map((parameters) => {
    const said = consentStrings(parameters, request.query);
    const consent = said === request.query ? consentOfAll : consentOf(parts, caller, said);
    return batch.add(beginCall(parts, batch.route, reply, caller, parameters, parameters.programId, consent));
  });
  for (const call of calls) track(call);
}

function trackOne(
  parts: TrackingParts,
  route: TrackedRoute,
  reply: FastifyReply,
  caller: Caller,
  parameters: Parameters,
  programId: string,
): void {
  const consent = consentOf(parts, caller, parameters);
  track(beginCall(parts, route, reply, caller, parameters, programId, consent));
}

function consentOf(parts: TrackingParts, caller: Caller, said: ConsentStrings) {
  return decideConsent(parts.consent.read(said, caller.headers), parts.consentWithoutSignal);
}

/**
 * What an event of a batch says of consent. Each signal that it does not give itself, the query of the call gives for
 * all: a refusal there holds also where the event speaks of something else.
 */
function consentStrings(own: ConsentStrings, ofAll: ConsentStrings): ConsentStrings {
  const tcf = own.gdpr !== '' || own.gdprConsent !== '' ? own : ofAll;
  const gpp = own.gpp !== '' || own.gppSid !== '' ? own : ofAll;
  const us = own.usPrivacy !== '' ? own : ofAll;
  if (tcf === ofAll && gpp === ofAll && us === ofAll) return ofAll;
  const { gdpr, gdprConsent } = tcf;
  return { gdpr, gdprConsent, gpp: gpp.gpp, gppSid: gpp.gppSid, usPrivacy: us.usPrivacy };
}
