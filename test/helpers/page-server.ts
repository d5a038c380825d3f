import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Serves pages as a site of its own: browsers take every name below `localhost` for this machine (RFC 6761
 * §6.3), and each of them for another site than its neighbours and `127.0.0.1`.
 *
 * @param host a name below `localhost`
 * @param pageOf the HTML of a path, or null where there is no such page
 */
export async function servePages(host: string, pageOf: (path: string) => string | null) {
  const server = createServer((request, response) => {
    const page = pageOf(new URL(request.url!, 'http://page.example').pathname);
    response.writeHead(page === null ? 404 : 200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(page ?? 'There is no such page.');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    async close(): Promise<void> {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
