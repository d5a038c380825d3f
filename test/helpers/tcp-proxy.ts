import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { atOnce, type Pace, TcpLine } from './tcp-line.ts';

/** A TCP proxy on loopback that can misbehave. */
export interface TcpProxy {
  readonly port: number;
  /** How many connections were taken. */
  readonly connections: number;
  /** From now on everything is held up for so long, in each direction. */
  delay(ms: number): void;
  /** From now on so many bytes pass at a time, in each direction. */
  trickle(bytes: number, everyMs: number): void;
  /**
   * Half-open: the connections that there are stay connected, and nothing passes any more. New ones are
   * served as ever.
   */
  blackhole(): void;
  /** From now on nobody listens: who connects is refused. The connections that there are stay. */
  refuse(): void;
  /** Breaks every connection. */
  reset(): void;
  /** From now on all is well, on the same port. What was swallowed or broken stays so. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

interface Pair {
  readonly sockets: readonly Socket[];
  readonly lines: readonly TcpLine[];
}

/**
 * @param silentFirst so many connections, the first ones, are taken and never hear a byte; others are served
 */
export async function startTcpProxy(targetPort: number, { silentFirst = 0 } = {}): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let pace: Pace = atOnce;
  let connections = 0;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {});
    if (++connections <= silentFirst) {
      keep({ sockets: [client.resume()], lines: [] });
      return;
    }
    const target = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    target.on('error', () => {});
    const lines = [new TcpLine(client, target, () => pace), new TcpLine(target, client, () => pace)];
    keep({ sockets: [client, target], lines });
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port } = server.address() as { port: number };

  function keep(pair: Pair): void {
    pairs.add(pair);
    for (const socket of pair.sockets) {
      socket.on('close', () => {
        if (pair.sockets.every(({ closed }) => closed)) pairs.delete(pair);
      });
    }
  }

  function reset(): void {
    for (const { sockets } of pairs) for (const socket of sockets) socket.destroy();
  }

  return {
    port,
    get connections() {
      return connections;
    },
    delay(ms) {
      pace = { ...pace, delayMs: ms };
    },
    trickle(bytes, everyMs) {
      pace = { ...pace, bytes, everyMs };
    },
    blackhole() {
      for (const { lines } of pairs) for (const line of lines) line.swallow();
    },
    refuse() {
      server.close();
    },
    reset,
    async heal() {
      pace = atOnce;
      for (const { lines } of pairs) for (const line of lines) line.hurry();
      if (!server.listening) await listen(port);
    },
    async close() {
      const open = [...pairs].flatMap(({ sockets }) => sockets.filter(({ closed }) => !closed));
      const gone = open.map((socket) => once(socket, 'close'));
      reset();
      if (server.listening) server.close();
      await Promise.all(gone);
    },
  };
}
