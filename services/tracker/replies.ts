import { type CallReason, reasons, verdictHeader } from '@trackline/domain/verdict';
import type { FastifyReply } from 'fastify';
import { limits } from './limits.ts';

/** The 43 bytes of a transparent GIF of one pixel. */
export const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** Rejections for what the call means, not for how it is written: a page's image still gets its image, with 200. */
const pixelStays: ReadonlySet<CallReason> = new Set([
  'program_unknown',
  'program_paused',
  'program_not_yet_valid',
  'program_expired',
]);

/** Sets what every answer carries. */
export function verdict(reply: FastifyReply, reason: CallReason | null): FastifyReply {
  reply.header('x-tracking-verdict', verdictHeader(reason)).header('cache-control', 'no-store');
  if (reason !== null && reasons[reason].retriable) reply.header('retry-after', retryAfterSeconds());
  return reply;
}

/** Spread over some seconds, so that those who were shed together do not come back together. */
function retryAfterSeconds(): number {
  return 1 + Math.floor(Math.random() * limits.retryAfterSecondsMax);
}

/** The status of a pixel's answer. */
export function pixelStatus(reason: CallReason | null): number {
  return reason === null || pixelStays.has(reason) ? 200 : reasons[reason].status;
}

export function sendPixel(reply: FastifyReply, status: number): FastifyReply {
  return reply.code(status).header('content-type', 'image/gif').send(pixel);
}

/** A page for the person who followed a link that leads nowhere. */
export function sendPage(reply: FastifyReply, reason: CallReason): FastifyReply {
  const { status, words } = reasons[reason];
  return reply
    .code(status)
    .header('content-type', 'text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><title>${status}</title><p>This link leads nowhere. ${words}</p></html>\n`,
    );
}

export function sendError(reply: FastifyReply, reason: CallReason): FastifyReply {
  const { status, words } = reasons[reason];
  return reply.code(status).send({ error: { code: reason, message: words } });
}
