import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A server behind the balancer. */
export interface Backend {
  readonly url: string;
  /** Whether new connections should go there. */
  isReady(): Promise<boolean>;
}

/** A load balancer as they come: it knows nothing of HTTP, tries nothing twice, and asks who is ready. */
export interface TcpBalancer {
  readonly url: string;
  /** Those that get new connections now. */
  readonly ready: readonly Backend[];
  /** Connections for which nobody was ready, or that were not taken. */
  readonly refused: number;
  close(): Promise<void>;
}

/** Spreads new connections over the backends that are ready, in turn, on loopback. */
export async function startTcpBalancer(
  backends: readonly Backend[],
  { askEveryMs = 50 } = {},
): Promise<TcpBalancer> {
  const sockets = new Set<Socket>();
  let ready: readonly Backend[] = [];
  let turn = 0;
  let refused = 0;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    keep(client);
    const backend = ready[turn++ % ready.length];
    if (backend === undefined) {
      refused++;
      client.destroy();
      return;
    }
    const { hostname, port } = new URL(backend.url);
    const target = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
    keep(target);
    target.once('error', () => {
      if (target.bytesRead === 0 && target.bytesWritten === 0) refused++;
    });
    client.pipe(target).pipe(client);
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroySoon());
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  }

  async function ask(): Promise<void> {
    const said = await Promise.all(backends.map((each) => each.isReady().catch(() => false)));
    ready = backends.filter((_, index) => said[index]);
  }

  await ask();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  let timer = setTimeout(askAgain, askEveryMs);
  async function askAgain(): Promise<void> {
    await ask();
    if (server.listening) timer = setTimeout(askAgain, askEveryMs);
  }
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    get ready() {
      return ready;
    },
    get refused() {
      return refused;
    },
    async close() {
      clearTimeout(timer);
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
