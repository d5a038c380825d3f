import { createServer } from 'node:http';
import type { CallReason } from '@trackline/domain/verdict';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { headOf } from './answers/answer.ts';
import { refuse } from './answers/refuse.ts';
import { send } from './answers/send.ts';
import { allowOrigin, type CorsOrigins } from './cors.ts';
import { shed } from './overload/shed.ts';
import { buildProtocol } from './protocol.ts';
import { bodyTypes } from './request/body.ts';
import { parseQuery } from './request/read-parameters.ts';
import { BodyRefused, BodyRoom } from './request/receive-body.ts';
import { allowedMethods, takesBody } from './routes/allowed-methods.ts';
import { type PublicCall, type PublicRoute, publicRoutes } from './routes/routes.ts';
import type { TrackingParts } from './tracking/call.ts';

export interface PublicServerOptions {
  readonly parts: TrackingParts;
  /** Which pages' scripts may read the answers. */
  readonly cors: CorsOrigins;
  /** Those of our own page to try the calls; known once its port is open. */
  readonly pageOrigins: ReadonlySet<string>;
  readonly isDraining: () => boolean;
}

/** The public HTTP server, not yet listening. */
export function buildPublicServer({
  parts,
  cors,
  pageOrigins,
  isDraining,
}: PublicServerOptions): FastifyInstance {
  const { limits, tally } = parts;
  const room = new BodyRoom(limits);
  const protocol = buildProtocol({ clock: parts.clock, tally, limits, isDraining });

  const app = Fastify({
    serverFactory: (handler) => {
      const server = createServer(httpOptions(parts), (request, response) => {
        if (!protocol.admits(request, response)) return;
        // Here and not in a hook, which costs each call 0.2 µs (Node 24).
        allowOrigin(cors, pageOrigins, request, response);
        handler(request, response);
      });
      // Bounded in bytes already; Node would drop headers beyond a number without a word.
      server.maxHeadersCount = 0;
      server.maxConnections = limits.connectionsMax;
      // Else a primary offers a connection that no worker has room for again and again (Node 22.12 and later).
      Object.assign(server, { dropMaxConnection: true });
      server.on('connection', protocol.attend);
      return server.on('checkExpectation', protocol.refuseExpectation);
    },
    clientErrorHandler: (error, socket) => protocol.refuseBytes(error, socket),
    // Clients on a kept connection would get a 503 of Fastify's for what they send while we drain.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    logger: false,
    routerOptions: {
      // Ids are measured by us, once decoded.
      maxParamLength: limits.urlBytesMax,
      // (Fastify types what it gives as something to index by any name.)
      querystringParser: (text) => parseQuery(text) as unknown as Record<string, unknown>,
    },
    frameworkErrors: (_error, request, reply) => refuse(parts, request, reply, 'malformed'),
  });

  // Where no route takes a body, none is read.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  for (const route of publicRoutes) if (route.bodyBytesMax === undefined) add(app, route);
  app.register((posts, _options, done) => {
    posts.removeAllContentTypeParsers();
    posts.addContentTypeParser([...bodyTypes], ({ routeOptions }, body, parsed) => {
      room.receive(body, routeOptions.bodyLimit!, parsed);
    });
    for (const route of publicRoutes) if (route.bodyBytesMax !== undefined) add(posts, route);
    done();
  });
  app.options('*', (_request, reply) => {
    tally.count('none', 'preflight');
    send(reply, 204, headOf('preflight'), '');
  });
  app.setNotFoundHandler((request, reply) => {
    if (!isShed({ type: 'none', shedFirst: true }, request, reply)) refuseUnrouted(request, reply);
  });
  app.setErrorHandler((error: FastifyError | BodyRefused, request, reply) => {
    // The sender is gone, or was answered when its bytes went wrong (protocol.ts).
    if (reply.raw.headersSent || reply.raw.destroyed) return reply.hijack();
    // What is still to come of the body is not read, and nothing else can follow it.
    if (!request.raw.complete) reply.raw.shouldKeepAlive = false;
    const reason = reasonOf(error);
    if (reason !== 'internal') {
      // Fastify itself minds only how a body is announced.
      return takesBody(request.raw) ? refuse(parts, request, reply, reason) : refuseUnrouted(request, reply);
    }
    parts.telemetry.callFailed({ error });
    return refuse(parts, request, reply, 'internal');
  });
  return app;

  function add(server: FastifyInstance, route: PublicRoute): void {
    const { url, methods, bodyBytesMax, handle } = route;
    const method = [...methods];
    if (bodyBytesMax === undefined) {
      server.route<PublicCall>({
        url,
        method,
        handler(request, reply) {
          if (!isShed(route, request, reply)) handle(parts, request, reply);
        },
      });
    } else {
      server.route<PublicCall>({
        url,
        method,
        bodyLimit: limits[bodyBytesMax],
        // Before its body is read.
        onRequest(request, reply, done) {
          if (!isShed(route, request, reply)) done();
        },
        handler: (request, reply) => handle(parts, request, reply),
      });
    }
  }

  /** Whether there is too much to do, and the call was answered so. */
  function isShed(
    { type, shedFirst }: Pick<PublicRoute, 'type' | 'shedFirst'>,
    request: FastifyRequest,
    reply: FastifyReply,
  ): boolean {
    if (!shedFirst || !parts.overload.lasts) return false;
    shed(parts, request, reply, type);
    return true;
  }

  function refuseUnrouted(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const methods = allowedMethods(request.url);
    if (methods === null) return refuse(parts, request, reply, 'route_unknown');
    reply.raw.setHeader('allow', methods.join(', '));
    return refuse(parts, request, reply, 'method_not_allowed');
  }
}

function reasonOf(error: FastifyError | BodyRefused): CallReason {
  if (error instanceof BodyRefused) return error.reason;
  const { statusCode = 500 } = error;
  if (statusCode === 415) return 'media_type_unsupported';
  return statusCode < 500 ? 'malformed' : 'internal';
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
