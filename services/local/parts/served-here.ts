import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Part } from './part.ts';

/**
 * A part that is a server in this process: lets it listen on a free port of loopback. Stopping it waits for
 * nobody's connection.
 */
export async function servedHere(label: string, server: Server): Promise<Part> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    label,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
