import type { FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import type { CallType } from '../../watching/tally.ts';
import { refuse } from '../answers/refuse.ts';
import { readBatchBody, readEventBody } from '../request/body.ts';
import { callerOf } from '../request/caller.ts';
import { consentOf, consentStrings } from '../request/consent.ts';
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
  /** The event type of its calls, where it tells. */
  readonly type: CallType;
  /** Whether it is to be shed first where there is too much to do; else it sees to that itself. */
  readonly shedFirst: boolean;
  /** The largest body that it takes; absent where it takes none. */
  readonly bodyBytesMax?: 'eventBodyBytesMax' | 'batchBodyBytesMax';
  /** What the document says of it; nothing is validated by it. */
  readonly schema: Operation;
  handle(parts: TrackingParts, request: PublicRequest, reply: FastifyReply): void;
}

/** What Fastify reads of a request for its route. */
export interface PublicCall {
  Params: { programId: string };
  Querystring: Parameters;
}

type PublicRequest = FastifyRequest<PublicCall>;

export const publicRoutes: readonly PublicRoute[] = [
  {
    url: '/v1/impression/:programId',
    methods: ['GET', 'HEAD'],
    type: 'impression',
    shedFirst: true,
    schema: schemas.impression,
    handle: trackQuery(impression),
  },
  {
    url: '/v1/click/:programId',
    methods: ['GET', 'HEAD'],
    type: 'click',
    shedFirst: !click.sendsOn,
    schema: schemas.click,
    handle: trackQuery(click),
  },
  {
    url: '/v1/events/:programId',
    methods: ['GET', 'HEAD'],
    type: 'none',
    shedFirst: true,
    schema: schemas.events,
    handle: trackQuery(events),
  },
  {
    url: '/v1/transaction/:programId',
    methods: ['GET', 'HEAD'],
    type: 'transaction',
    shedFirst: true,
    schema: schemas.transactionPixel,
    handle: trackQuery(transactionPixel),
  },
  {
    url: '/v1/transaction/:programId',
    methods: ['POST'],
    type: 'transaction',
    shedFirst: true,
    bodyBytesMax: 'eventBodyBytesMax',
    schema: schemas.transactionPostback,
    handle: trackPostback,
  },
  {
    url: '/v1/events',
    methods: ['POST'],
    type: 'none',
    shedFirst: true,
    bodyBytesMax: 'batchBodyBytesMax',
    schema: schemas.batch,
    handle: trackBatch,
  },
];

/** One event, told by its path and its query. */
function trackQuery(route: TrackedRoute): PublicRoute['handle'] {
  return (parts, request, reply) => {
    const caller = callerOf(request, parts);
    const { query: parameters, params } = request;
    const { programId } = params;
    const consent = consentOf(parts, parameters, caller.headers);
    track(beginCall({ parts, route, reply, caller, parameters, programId, consent }));
  };
}

/** One event, told by its path and its body. */
function trackPostback(parts: TrackingParts, request: PublicRequest, reply: FastifyReply): void {
  const caller = callerOf(request, parts);
  const { programId } = request.params;
  const body = readEventBody(caller.headers, request.body, parts.limits);
  const parameters = body.ok ? body.value : faulty(body.reason);
  const consent = consentOf(parts, consentStrings(parameters, request.query), caller.headers);
  track(beginCall({ parts, route: transactionPostback, reply, caller, parameters, programId, consent }));
}

function trackBatch(parts: TrackingParts, request: PublicRequest, reply: FastifyReply): void {
  const caller = callerOf(request, parts);
  const body = readBatchBody(caller.headers, request.body, parts.limits);
  if (!body.ok) {
    refuse(parts, request, reply, body.reason);
    return;
  }
  const batch = new Batch(body.value.length);
  const { route } = batch;
  // Read once, however many events it is for.
  const consentOfAll = consentOf(parts, request.query, caller.headers);
  const calls = body.value.map((parameters) => {
    const said = consentStrings(parameters, request.query);
    const consent = said === request.query ? consentOfAll : consentOf(parts, said, caller.headers);
    const { programId } = parameters;
    return batch.add(beginCall({ parts, route, reply, caller, parameters, programId, consent }));
  });
  // What failed until here failed for the whole body, and nothing of it is tracked.
  for (const call of calls) track(call);
}
