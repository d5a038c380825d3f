import type { IncomingMessage, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '@trackline/domain/clock';
import { type CallReason, reasons, verdictHeader } from '@trackline/domain/verdict';
import { errorBody, jsonType } from '../error-body.ts';
import type { Limits } from '../limits.ts';
import type { Tally } from '../watching/tally.ts';
import { gif, gifType, isForPixel } from './answers/pixel.ts';
import { type ClientError, reasonOf, targetIn } from './client-error.ts';
import { hasBody } from './request/has-body.ts';
import { ignoredAs } from './request/ignored.ts';
import { takesBody } from './routes/allowed-methods.ts';

export interface ProtocolParts {
  readonly clock: Clock;
  readonly tally: Tally;
  readonly limits: Pick<Limits, 'urlBytesMax' | 'headerBytesMax' | 'refusedLingerMs'>;
  /** While it does, every answer ends its connection, so that clients go elsewhere. */
  readonly isDraining: () => boolean;
}

export interface Protocol {
  /** To be told of each connection. */
  attend(socket: Socket): void;
  /** Whether the request may go on to its route; if not, it is answered. */
  admits(request: IncomingMessage, response: ServerResponse): boolean;
  /** Answers an `Expect` that can't be met. */
  refuseExpectation(request: IncomingMessage, response: ServerResponse): void;
  /** Answers what is no HTTP, or came too slowly, and ends its connection. */
  refuseBytes(error: ClientError, socket: Socket): void;
}

/** What we need to know of a connection when it goes wrong. */
interface Connection extends Socket {
  /** The answer to the latest request that was understood. */
  [latestAnswer]?: ServerResponse;
  [isRefused]?: true;
}
const latestAnswer = Symbol('latest answer');
const isRefused = Symbol('is refused');

/**
 * What is refused before any route is looked for: by Node's parser (it then tells `clientError`), for its
 * expectation, or for its size. Node would answer these by itself, each in its own way; here they get a
 * verdict and a body like everything else.
 */
export function buildProtocol({ clock, tally, limits, isDraining }: ProtocolParts): Protocol {
  return {
    attend(socket: Connection) {
      // Node asks for the address once, and remembers it: after a reset nobody could tell it any more.
      void socket.remoteAddress;
      // With this Node closes behind an answer that is the last.
      const destroySoon = socket.destroySoon.bind(socket);
      socket.destroySoon = () => {
        if (socket[latestAnswer]?.req.complete === false) end(socket);
        else destroySoon();
      };
    },

    admits(request, response) {
      if (!begin(request, response)) return false;
      const reason = refusalOf(request, limits);
      if (reason !== null) {
        refuse(request, response, reason);
        return false;
      }
      // A body that no route takes is not read, so that nothing else can follow it on its connection.
      if (isDraining() || (hasBody(request) && !takesBody(request))) response.shouldKeepAlive = false;
      return true;
    },

    refuseExpectation(request, response) {
      if (begin(request, response)) refuse(request, response, 'expectation_failed');
    },

    refuseBytes(error, socket: Connection) {
      // The parser tells each packet that follows the first bad one.
      if (socket[isRefused]) return;
      socket[isRefused] = true;
      // Nothing was asked: the connection was opened ahead of need, or is gone already. It is closed without
      // a word.
      if (error.code === 'ECONNRESET' || socket.bytesRead === 0 || !socket.writable) {
        socket.destroy();
        return;
      }
      const earlier = socket[latestAnswer];
      if (earlier !== undefined && !earlier.req.complete && !earlier.headersSent && takesBody(earlier.req)) {
        // It is this call's body that went wrong, or did not come.
        refuse(earlier.req, earlier, reasonOf(error));
        afterAnswer(earlier, () => end(socket));
        return;
      }
      if (earlier !== undefined && isLast(earlier)) {
        afterAnswer(earlier, () => end(socket));
        return;
      }
      const reason = reasonOf(error);
      tally.count('none', reason);
      const answer = rawAnswer(reason, isForPixel(...targetIn(error)));
      // What came before on this connection is answered first, or this would be taken for its answer.
      afterAnswer(earlier, () => end(socket, answer));
    },
  };

  /**
   * Ends the connection, with a last word if there is one. Closing at once would reset it while the other
   * side still sends, and the answer with it.
   */
  function end(socket: Socket, answer: Buffer | '' = ''): void {
    if (socket.writable) socket.end(answer);
    clock.after(limits.refusedLingerMs, () => socket.destroy());
  }

  function refuse(request: IncomingMessage, response: ServerResponse, reason: CallReason): void {
    const told = ignoredAs(request) ?? reason;
    tally.count('none', told);
    const [type, body] = isForPixel(request.method, request.url ?? '')
      ? [gifType, gif]
      : [jsonType, errorBody(reason)];
    response.shouldKeepAlive = false;
    response.writeHead(reasons[reason].status, {
      'x-tracking-verdict': verdictHeader(told),
      'cache-control': 'no-store',
      'content-type': type,
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  }
}

/** Notes the answer as the latest of its connection; false where there is nothing to answer any more. */
function begin({ socket }: { readonly socket: Connection }, response: ServerResponse): boolean {
  const earlier = socket[latestAnswer];
  if (earlier !== undefined && isLast(earlier)) return false;
  socket[latestAnswer] = response;
  return true;
}

/**
 * Whether the answer ends its connection: what comes behind its call is none (RFC 9112 §9.6), and gets no
 * answer.
 */
function isLast(answer: ServerResponse): boolean {
  return !answer.shouldKeepAlive;
}

/** Once that answer, if there is one, has left. */
function afterAnswer(answer: ServerResponse | undefined, run: () => void): void {
  if (answer === undefined || answer.writableFinished) run();
  else answer.once('close', run);
}

function refusalOf(
  request: IncomingMessage,
  limits: Pick<Limits, 'urlBytesMax' | 'headerBytesMax'>,
): CallReason | null {
  if (request.url!.length > limits.urlBytesMax) return 'url_too_long';
  const { rawHeaders, headers, httpVersion } = request;
  let bytes = 0;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    // With ": " and the line's end.
    bytes += name.length + rawHeaders[i + 1]!.length + 4;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (bytes > limits.headerBytesMax) return 'headers_too_large';
  // Of other codings than chunks nothing is understood here; HTTP/1.0 has none (RFC 9112 §6.1).
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || httpVersion === '1.0'))
    return 'malformed';
  // HTTP/1.1 asks for exactly one Host (RFC 9112 §3.2), HTTP/1.0 for none; HTTP/0.9 has no headers, and is
  // not spoken.
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return null;
  return 'malformed';
}

function rawAnswer(reason: CallReason, asPixel: boolean): Buffer {
  const { status } = reasons[reason];
  const body = asPixel ? gif : Buffer.from(errorBody(reason));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `x-tracking-verdict: ${verdictHeader(reason)}`,
    'cache-control: no-store',
    `content-type: ${asPixel ? gifType : jsonType}`,
    `content-length: ${body.length}`,
    'connection: close',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
