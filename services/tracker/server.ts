import type { Socket } from 'node:net';
import { type CallReason, reasons, verdictHeader } from '@trackline/domain/verdict';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { limits } from './limits.ts';
import { sendError, sendPixel, verdict } from './replies.ts';
import { clickRoute } from './routes/click.ts';
import { eventsRoute } from './routes/events.ts';
import { impressionRoute } from './routes/impression.ts';
import type { Tracking } from './track.ts';

export interface PublicServerOptions {
  readonly tracking: Tracking;
  readonly log: FastifyBaseLogger;
  /** Whether pixels are taken, flagged, when their program can't be known. */
  readonly acceptsUnverified: boolean;
  /** Whose `X-Forwarded-For` is believed: addresses and networks. */
  readonly trustProxy: readonly string[];
  /** From SIGTERM on: answers carry `Connection: close`, so that clients move away. */
  readonly isDraining: () => boolean;
}

/** The public port: the calls of browsers and servers, and nothing else. */
export function buildPublicServer(options: PublicServerOptions): FastifyInstance {
  const app = Fastify({
    loggerInstance: options.log,
    disableRequestLogging: true,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    // A keep-alive client that calls during the drain is answered, not failed.
    return503OnClosing: false,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    http: {
      // One more than both together, so that our own checks decide which of them it was.
      maxHeaderSize: limits.urlBytesMax + limits.headerBytesMax + 1024,
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: 1_000,
    },
    routerOptions: {
      // Ours to judge: too long is 414, not 404.
      maxParamLength: limits.urlBytesMax,
      querystringParser: (raw) => ({ raw }),
    },
    frameworkErrors: (error, request, reply) => {
      refuse(request, reply, error.code === 'FST_ERR_BAD_URL' ? 'malformed' : 'internal');
    },
    clientErrorHandler: answerClientError,
  });

  app.addHook('onRequest', (request, reply, done) => {
    if (options.isDraining()) reply.header('connection', 'close');
    const reason = oversized(request);
    if (reason === null) done();
    else refuse(request, reply, reason);
  });
  app.server.on('checkExpectation', (_request, response) => {
    response
      .writeHead(reasons.expectation_failed.status, {
        ...plainHeaders('expectation_failed'),
        connection: 'close',
      })
      .end();
  });

  const { tracking, acceptsUnverified } = options;
  app.get('/v1/impression/:programId', impressionRoute(tracking, acceptsUnverified));
  app.get('/v1/click/:programId', clickRoute(tracking));
  app.get('/v1/events/:programId', eventsRoute(tracking));
  for (const path of ['/v1/impression/:programId', '/v1/click/:programId', '/v1/events/:programId']) {
    app.route({
      method: ['POST', 'PUT', 'PATCH', 'DELETE'],
      url: path,
      // Before the body is looked at: it makes no difference.
      onRequest: (request, reply, _done) => {
        refuse(request, reply.header('allow', 'GET, HEAD, OPTIONS'), 'method_not_allowed');
      },
      handler: () => {},
    });
  }
  app.options('*', (_request, reply) => verdict(reply, 'preflight').code(204).send());
  app.setNotFoundHandler((request, reply) => refuse(request, reply, 'route_unknown'));
  app.setErrorHandler((error, request, reply) => {
    request.log.error({ event: 'call_failed', err: error });
    return refuse(request, reply, 'internal');
  });
  return app;
}

/** A pixel's place is filled with a pixel, whatever the status; everybody else gets words. */
function refuse(request: FastifyRequest, reply: FastifyReply, reason: CallReason): FastifyReply {
  verdict(reply, reason);
  if (request.url.startsWith('/v1/impression/')) return sendPixel(reply, reasons[reason].status);
  return sendError(reply, reason);
}

function oversized(request: FastifyRequest): CallReason | null {
  if (request.url.length > limits.urlBytesMax) return 'url_too_long';
  let bytes = 0;
  for (const part of request.raw.rawHeaders) bytes += part.length + 2;
  return bytes > limits.headerBytesMax ? 'headers_too_large' : null;
}

interface ParserError {
  readonly code?: string;
  /** What had come of the request, a Buffer. */
  readonly rawPacket?: unknown;
}

/** Answers what the parser refused, as far as it can still be answered. */
function answerClientError(error: ParserError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) {
    socket.destroy();
    return;
  }
  const reason = clientReason(error);
  const { status, words } = reasons[reason];
  const body = JSON.stringify({ error: { code: reason, message: words } });
  const headers = Object.entries({
    ...plainHeaders(reason),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  });
  const head = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${statusWords[status] ?? 'Bad Request'}\r\n${head}\r\n${body}`);
}

const statusWords: Readonly<Record<number, string>> = {
  408: 'Request Timeout',
  414: 'URI Too Long',
  431: 'Request Header Fields Too Large',
};

function clientReason({ code, rawPacket }: ParserError): CallReason {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 'request_timeout';
  if (code !== 'HPE_HEADER_OVERFLOW') return 'malformed';
  const lineEnd = Buffer.isBuffer(rawPacket) ? rawPacket.indexOf('\n') : 0;
  return lineEnd === -1 || lineEnd > limits.urlBytesMax ? 'url_too_long' : 'headers_too_large';
}

function plainHeaders(reason: CallReason): Record<string, string> {
  return { 'x-tracking-verdict': verdictHeader(reason), 'cache-control': 'no-store' };
}
