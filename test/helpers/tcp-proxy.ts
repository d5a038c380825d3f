import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can misbehave. */
export interface TcpProxy {
  readonly port: number;
  /** Half-open: both sides stay connected, and nothing passes any more. New connections are taken, and go nowhere. */
  blackhole(): void;
  /** Passes again, for new connections; what was swallowed stays so. */
  heal(): void;
  /** Breaks every connection. */
  reset(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; target: Socket | null }>();
  let swallowing = false;
  const server = createServer((client) => {
    client.on('error', () => {});
    if (swallowing) {
      client.resume();
      const pair = { client, target: null };
      pairs.add(pair);
      client.on('close', () => pairs.delete(pair));
      return;
    }
    const target = connect(targetPort, '127.0.0.1');
    const pair = { client, target };
    pairs.add(pair);
    target.on('error', () => {});
    client.pipe(target);
    target.pipe(client);
    for (const socket of [client, target]) {
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        target.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const destroyAll = () => {
    for (const { client, target } of pairs) {
      client.destroy();
      target?.destroy();
    }
  };
  return {
    port: (server.address() as { port: number }).port,
    blackhole() {
      swallowing = true;
      for (const { client, target } of pairs) {
        client.unpipe();
        target?.unpipe();
        client.resume();
        target?.resume();
      }
    },
    heal() {
      swallowing = false;
    },
    reset: destroyAll,
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
