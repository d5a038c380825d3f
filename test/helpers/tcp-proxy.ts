import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on loopback that can misbehave. */
export interface TcpProxy {
  readonly port: number;
  /** How many connections were taken. */
  readonly connections: number;
  /**
   * Half-open: the connections that there are stay connected, and nothing passes any more. New ones are
   * served as ever.
   */
  blackhole(): void;
  /** Breaks every connection. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * @param silentFirst so many connections, the first ones, are taken and never hear a byte; others are served
 */
export async function startTcpProxy(targetPort: number, { silentFirst = 0 } = {}): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; target: Socket }>();
  const silent = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    client.on('error', () => {});
    if (++connections <= silentFirst) {
      silent.add(client.resume());
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
      target.destroy();
    }
    for (const client of silent) client.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
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
