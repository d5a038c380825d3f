import { harmlessJson } from '@trackline/adapters/log/harmless';
import type { Clock } from '@trackline/domain/clock';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Limits } from '../limits.ts';
import type { Sampling, ShownVerdict } from './verdict-ring.ts';

/** Where verdicts to be shown are kept: a ring, or the rings of all workers as one. */
export interface VerdictSource {
  /** The kept verdicts after `number`, oldest first. */
  after(number: number): readonly ShownVerdict[];
  /** Another object each time that it is new. */
  readonly sampling: Sampling;
}

/**
 * `GET /verdicts`: the kept verdicts as server-sent events ("HTML Standard", §9.2), first what is kept and
 * then what comes. A `sampling` event says how much is left out. A reader that does not keep up misses
 * verdicts, not the tracker its memory.
 */
export function streamVerdicts(
  source: VerdictSource,
  clock: Clock,
  limits: Pick<Limits, 'verdictReadersMax' | 'verdictsPushedEveryMs'>,
) {
  let readers = 0;

  return (_request: FastifyRequest, reply: FastifyReply): void => {
    if (readers >= limits.verdictReadersMax) {
      reply
        .code(503)
        .header('retry-after', 5)
        .send({ error: { code: 'too_many_readers', message: 'Enough are reading already.' } });
      return;
    }
    readers++;
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.on('close', () => {
      readers--;
    });

    let last = 0;
    let told: unknown = null;
    push();

    function push(): void {
      if (response.destroyed) return;
      if (!response.writableNeedDrain) response.write(pending());
      clock.after(limits.verdictsPushedEveryMs, push);
    }

    function pending(): string {
      const lines: string[] = [];
      if (source.sampling !== told) {
        told = source.sampling;
        lines.push(event('sampling', source.sampling));
      }
      for (const verdict of source.after(last)) {
        last = verdict.number;
        lines.push(event('verdict', verdict));
      }
      return lines.join('');
    }
  };
}

/** Shown in a terminal by whoever asks with curl, and a program's id is what a caller wrote. */
function event(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${harmlessJson(JSON.stringify(data))}\n\n`;
}
