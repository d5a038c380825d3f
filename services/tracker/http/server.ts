import { createServer, type Server } from 'node:http';
import { type CallReason, reasons } from '@trackline/domain/verdict';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { errorBody, jsonType } from '../error-body.ts';
import { beginAnswer } from './answer.ts';
import type { TrackedRequest, TrackedRoute, TrackingParts } from './call.ts';
import { ignoredAs } from './ignored.ts';
import { gif, gifType, isForPixel } from './pixel.ts';
import { buildProtocol } from './protocol.ts';
import { parseQuery } from './query.ts';
import { pathOf } from './request-target.ts';
import { click } from './routes/click.ts';
import { events } from './routes/events.ts';
import { impression } from './routes/impression.ts';
import { track } from './track.ts';

export interface PublicServerOptions {
  readonly parts: TrackingParts;
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly isDraining: () => boolean;
}

const routes: Readonly<Record<string, TrackedRoute>> = {
  '/v1/impression/:programId': impression,
  '/v1/click/:programId': click,
  '/v1/events/:programId': events,
};
const trackedPath = /^\/v1\/(?:impression|click|events)\/[^/]*$/;
const takenMethods = 'GET, HEAD, OPTIONS';

/** The public HTTP server, not yet listening. */
export function buildPublicServer({
  parts,
  trustedProxies,
  isDraining,
}: PublicServerOptions): FastifyInstance {
  const { limits, tally } = parts;
  const protocol = buildProtocol({ clock: parts.clock, tally, limits, isDraining });

  const app = Fastify({
    serverFactory: (handler) => {
      const server = createServer(httpOptions(parts), (request, response) => {
        if (protocol.admits(request, response)) handler(request, response);
      });
      // Bounded in bytes already; Node would drop headers beyond a number without a word.
      server.maxHeadersCount = 0;
      server.maxConnections = limits.connectionsMax;
      // Node asks for the address once, and remembers it: after a reset nobody could tell it any more.
      server.on('connection', (socket) => void socket.remoteAddress);
      return server.on('checkExpectation', protocol.refuseExpectation);
    },
    clientErrorHandler: (error, socket) => protocol.refuseBytes(error, socket),
    // Clients on a kept connection would get a 503 of Fastify's for what they send while we drain.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    logger: false,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    routerOptions: {
      // Ids are measured by us, once decoded.
      maxParamLength: limits.urlBytesMax,
      querystringParser: parseQuery,
    },
    frameworkErrors: (_error, request, reply) => refuse(request, reply, 'malformed'),
  });

  // Bodies are not read: no route takes one.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));

  for (const [url, route] of Object.entries(routes)) {
    app.route({
      method: ['GET', 'HEAD'],
      url,
      handler: (request, reply) => track(parts, route, request as TrackedRequest, reply),
    });
  }
  app.options('*', (_request, reply) => {
    tally.count('none', 'preflight');
    beginAnswer(reply, 204, 'preflight').send();
  });
  app.setNotFoundHandler(refuseUnrouted);
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // Fastify itself minds only how a body is announced, which none of the routes takes.
    if (error.statusCode !== undefined && error.statusCode < 500) return refuseUnrouted(request, reply);
    parts.telemetry.callFailed({ error });
    return refuse(request, reply, 'internal');
  });
  return app;

  function refuseUnrouted(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (!trackedPath.test(pathOf(request.url))) return refuse(request, reply, 'route_unknown');
    return refuse(request, reply.header('allow', takenMethods), 'method_not_allowed');
  }

  /** Answers what no route takes; on a pixel's path with the pixel, if an image tag may have asked. */
  function refuse(request: FastifyRequest, reply: FastifyReply, reason: CallReason): FastifyReply {
    const told = ignoredAs(request.raw) ?? reason;
    tally.count('none', told);
    const asPixel = reason !== 'route_unknown' && reason !== 'method_not_allowed' && isForPixel(request.url);
    return beginAnswer(reply, reasons[reason].status, told)
      .header('content-type', asPixel ? gifType : jsonType)
      .send(asPixel ? gif : errorBody(reason));
  }
}

function httpOptions({ limits }: TrackingParts) {
  return {
    maxHeaderSize: limits.parserBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.timeoutsCheckedEveryMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // We ask for the Host ourselves, to answer in our own words.
    requireHostHeader: false,
    noDelay: true,
  };
}

/** The origin that a listening server is reached at. */
export function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('The server does not listen on a port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
