import type { Clock } from '@trackline/domain/clock';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { errorBody, jsonType } from '../error-body.ts';
import type { Limits } from '../limits.ts';
import { isOwnHost } from './own-host.ts';
import type { AdminReports } from './reports.ts';
import { streamVerdicts } from './verdict-stream.ts';

export interface AdminParts {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'verdictReadersMax' | 'verdictsPushedEveryMs'>;
  readonly reports: AdminReports;
  /** Makes what serves the document of the public port, and the page to try it. */
  readonly buildOpenApi: () => Promise<FastifyInstance>;
}

/**
 * The admin HTTP server, not yet listening: for operators and load balancers, on a port of its own that the
 * public does not reach.
 */
export function buildAdminServer({ clock, limits, reports, buildOpenApi }: AdminParts): FastifyInstance {
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

  app.get('/readyz', async (_request, reply) => {
    const readiness = await reports.readiness();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });

  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', reports.metricsType).send(await reports.metrics()),
  );

  app.get('/ledger', async (_request, reply) => reply.send(await reports.ledger()));

  app.get('/verdicts', streamVerdicts(reports.verdicts, clock, limits));

  app.delete('/program-cache', async (_request, reply) => {
    const failed = await reports.forgetPrograms();
    if (failed === null) return reply.code(204).send();
    return reply.code(503).header('content-type', jsonType).send(errorBody(failed));
  });

  // Made when somebody first asks: a tracker starts without it.
  let openApi: Promise<FastifyInstance> | undefined;
  async function serveOpenApi(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    openApi ??= buildOpenApi();
    const { routing } = await openApi;
    reply.hijack();
    routing(request.raw, reply.raw);
  }
  for (const path of ['/openapi.json', '/openapi', '/openapi/*']) app.get(path, serveOpenApi);
  return app;
}
