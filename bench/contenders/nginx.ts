import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort, startGuarded } from '@trackline/local/parts/guarded-process';
import { waitFor } from '@trackline/local/parts/wait-for';
import type { Bench } from '../bench.ts';
import { onServerCore } from '../machine/pinning.ts';
import { type Contender, connectionsUsual, Unfit } from './contender.ts';

/** nginx's `empty_gif` (ngx_http_empty_gif_module), with headers of its own: what no JavaScript is in the way of. */
export function nginxContender(bench: Bench): Contender {
  return {
    name: 'pixel.nginx',
    scenario: 'pixel',
    connections: connectionsUsual,
    warmUpRounds: 0.2,
    async start() {
      if (!isInstalled()) throw new Unfit('nginx is not installed');
      const folder = join(bench.folder, 'nginx');
      await mkdir(folder, { recursive: true });
      const port = await freePort();
      const file = join(folder, 'nginx.conf');
      await writeFile(file, configuration(port, folder));
      const command = onServerCore(bench.pinning, ['nginx', '-p', folder, '-c', file]);
      const server = startGuarded(command, join(bench.folder, 'logs', 'pixel.nginx.log'));
      const url = `http://127.0.0.1:${port}`;
      await waitFor(
        'nginx to listen',
        () =>
          fetch(url).then(
            () => true,
            () => false,
          ),
        server.ended,
      );
      const pid = Number(await readFile(join(folder, 'nginx.pid'), 'utf8'));
      return {
        url,
        pid,
        settled: async () => {},
        heapBytes: async () => null,
        stop: () => server.stop(),
      };
    },
  };
}

function isInstalled(): boolean {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const configuration = (port: number, folder: string) => `
daemon off; master_process off; error_log ${folder}/error.log; pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
  uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  server { listen 127.0.0.1:${port}; location / { empty_gif; } }
}
`;
