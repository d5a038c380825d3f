import type { Clock } from '@trackline/domain/clock';
import type { AdminReason } from '@trackline/domain/verdict';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Registry } from 'prom-client';
import { errorBody, jsonType } from '../error-body.ts';
import type { Limits } from '../limits.ts';
import { type DurabilitySettings, outlivesProcess } from '../shipping/durability.ts';
import type { SpoolBooks, WriterAccount } from '../shipping/spool.ts';
import { isOwnHost } from './own-host.ts';
import type { Tally } from './tally.ts';
import type { VerdictRing } from './verdict-ring.ts';
import { streamVerdicts } from './verdict-stream.ts';

export interface AdminParts {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'verdictReadersMax' | 'verdictsPushedEveryMs' | 'spoolUnreadyPercent'>;
  readonly instance: string;
  /** When the process began (wall clock). */
  readonly sinceMs: number;
  readonly durability: DurabilitySettings;
  readonly spool: Pick<SpoolBooks, 'writer' | 'account' | 'ended'>;
  readonly programs: { readonly coherent: boolean; readonly wasCoherent: boolean; clear(): void };
  readonly tally: Tally;
  readonly ring: VerdictRing;
  readonly registry: Registry;
  readonly isDraining: () => boolean;
  /** Makes what serves the document of the public port, and the page to try it. */
  readonly buildOpenApi: () => Promise<FastifyInstance>;
}

/**
 * The admin HTTP server, not yet listening: for operators and load balancers, on a port of its own that the
 * public does not reach.
 */
export function buildAdminServer(parts: AdminParts): FastifyInstance {
  const { clock, spool, programs, tally, registry } = parts;
  const app = Fastify({ logger: false, return503OnClosing: false, forceCloseConnections: true });

  app.addHook('onRequest', (request, reply, done) => {
    reply.header('cache-control', 'no-store');
    const bound = app.server.address();
    if (bound === null || typeof bound === 'string' || isOwnHost(bound.address, request.hostname ?? '')) {
      done();
      return;
    }
    reply.code(421).header('content-type', jsonType).send(errorBody('host_unknown'));
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).header('content-type', jsonType).send(errorBody('route_unknown')),
  );

  /** 200 while the loop turns: it looks at nothing else, since a restart would mend nothing else. */
  app.get('/livez', (_request, reply) => reply.send({ live: true }));

  app.get('/readyz', (_request, reply) => {
    const reasons = notReadyBecause(parts);
    return reply.code(reasons.length === 0 ? 200 : 503).send({ ready: reasons.length === 0, reasons });
  });

  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', registry.contentType).send(await registry.metrics()),
  );

  app.get('/ledger', (_request, reply) => {
    const { onDisk, ...account } = spool.account();
    return reply.send({
      writer: spool.writer,
      instance: parts.instance,
      sinceMs: parts.sinceMs,
      durability: parts.durability,
      onDisk: onDisk && outlivesProcess(parts.durability),
      ...aged(account),
      ...tally.totals(),
      ended: spool.ended().map(aged),
    });
  });

  /** An account with an age in place of a time of this process. */
  function aged<T extends WriterAccount>({ unsentSinceMs, ...account }: T) {
    const oldestUnsentMs = unsentSinceMs === null ? null : Math.round(clock.monotonicMs() - unsentSinceMs);
    return { ...account, oldestUnsentMs };
  }

  app.get('/verdicts', streamVerdicts(parts.ring, clock, parts.limits));

  app.delete('/program-cache', (_request, reply) => {
    programs.clear();
    return reply.code(204).send();
  });

  // Made when somebody first asks: a tracker starts without it.
  let openApi: Promise<FastifyInstance> | undefined;
  async function serveOpenApi(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    openApi ??= parts.buildOpenApi();
    const { routing } = await openApi;
    reply.hijack();
    routing(request.raw, reply.raw);
  }
  for (const path of ['/openapi.json', '/openapi', '/openapi/*']) app.get(path, serveOpenApi);
  return app;
}

export type NotReadyReason = Exclude<AdminReason, 'host_unknown'>;

/**
 * Why no calls should be sent here. An outage of the stream or of Redis is no reason, while there is room:
 * others would not fare better.
 */
function notReadyBecause({ programs, spool, isDraining, limits }: AdminParts): NotReadyReason[] {
  const reasons: NotReadyReason[] = [];
  if (!programs.wasCoherent) reasons.push('program_cache_never_coherent');
  const { writable, usedBytes, bytesMax } = spool.account();
  if (!writable) reasons.push('spool_not_writable');
  else if (usedBytes >= (bytesMax * limits.spoolUnreadyPercent) / 100) reasons.push('spool_nearly_full');
  if (isDraining()) reasons.push('draining');
  return reasons;
}
