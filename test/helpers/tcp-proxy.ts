import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can misbehave. */
export interface TcpProxy {
  readonly port: number;
  /** Half-open: the connections that there are stay connected, and nothing passes any more. New ones are served as ever. */
  blackhole(): void;
  /** Breaks every connection. */
  reset(): void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; target: Socket }>();
  const server = createServer((client) => {
    client.on('error', () => {});
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
      target.destroy();
    }
  };
  return {
    port: (server.address() as { port: number }).port,
    blackhole() {
      for (const { client, target } of pairs) {
        client.unpipe();
        target.unpipe();
        client.resume();
        target.resume();
      }
    },
    reset: destroyAll,
    async close() {
      destroyAll();
      server.close();
      await once(server, 'close');
    },
  };
}
