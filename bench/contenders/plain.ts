import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { onServerCore } from '../machine/pinning.ts';
import { ServerProcess } from '../processes/server-process.ts';
import type { Answer } from '../traffic/answer.ts';
import type { Scenario } from '../traffic/requests.ts';
import { type Contender, connectionsUsual } from './contender.ts';
import { asArgument } from './given.ts';

/** A server that only answers as the tracker did: bare `node:http`, or an empty route of Fastify. */
export function plainContender(
  bench: Bench,
  { kind, scenario, answer }: { kind: 'bare' | 'fastify'; scenario: Scenario; answer: Answer },
): Contender {
  const name = `${scenario}.${kind}`;
  return {
    name,
    scenario,
    connections: connectionsUsual,
    warmUpRounds: 0.8,
    async start() {
      const bundleFile = await bench.bundled(`bench/contenders/${kind}.main.ts`);
      const server = new ServerProcess({
        name,
        command: onServerCore(bench.pinning, [bench.node, bundleFile, asArgument(answer)]),
        environment: { ...bench.probe },
        logFile: join(bench.folder, 'logs', `${name}.log`),
      });
      const { url } = await server.listening;
      return {
        url,
        pid: server.pid,
        settled: async () => {},
        heapBytes: async () => (await server.ask<{ bytes: number }>({ ask: 'heap' }, 'heap')).bytes,
        stop: () => server.stop(),
      };
    },
  };
}
