import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import type { Registry } from 'prom-client';
import type { Account } from './account.ts';
import type { ProgramCache } from './program-cache/program-cache.ts';
import type { Sender } from './sender.ts';
import type { ShownVerdict, Verdicts } from './verdicts.ts';

export interface AdminServerOptions {
  readonly programs: Pick<ProgramCache, 'wasCoherent' | 'clear' | 'stats'>;
  readonly sender: Sender;
  readonly account: Account;
  readonly verdicts: Verdicts;
  readonly registry: Registry;
  readonly log: FastifyBaseLogger;
  readonly isDraining: () => boolean;
}

/** The admin port: for operators and the platform; it binds to loopback unless told otherwise. */
export function buildAdminServer(options: AdminServerOptions): FastifyInstance {
  const { programs, sender, account, verdicts, registry } = options;
  const app = Fastify({
    loggerInstance: options.log,
    disableRequestLogging: true,
    return503OnClosing: false,
    // Whoever watches verdicts would otherwise hold up the end.
    forceCloseConnections: true,
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  /** 200 while the loop turns; looks at nothing else, so that no outage elsewhere gets a tracker killed. */
  app.get('/livez', async () => ({ live: true }));

  /** 503 until the cache was coherent once, and from SIGTERM on. An outage of the stream or of Redis later on does not fail it. */
  app.get('/readyz', async (_request, reply) => {
    const because = options.isDraining()
      ? 'draining'
      : programs.wasCoherent
        ? null
        : 'program_cache_not_yet_coherent';
    return reply.code(because === null ? 200 : 503).send({ ready: because === null, because });
  });

  app.get('/metrics', async (_request, reply) => {
    return reply.header('content-type', registry.contentType).send(await registry.metrics());
  });

  app.get('/ledger', async () => ({
    ...account.statement(false),
    ...sender.status(),
    programCache: programs.stats(),
  }));

  /** The latest verdicts, and each one from now on, as server-sent events. */
  app.get('/verdicts', (request, reply) => {
    reply.hijack();
    const stream = reply.raw;
    stream.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const show = (verdict: ShownVerdict) => {
      // Who reads too slowly misses some; the tracker's memory is not theirs.
      if (!stream.writableNeedDrain) stream.write(`data: ${JSON.stringify(verdict)}\n\n`);
    };
    for (const verdict of verdicts.latest()) show(verdict);
    const stop = verdicts.listen(show);
    request.raw.on('close', stop);
  });

  app.delete('/program-cache', async () => {
    programs.clear();
    return { cleared: true };
  });
  return app;
}
