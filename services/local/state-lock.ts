import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Makes sure that one stack at a time uses a state folder. The lock is a listening socket, which ends with its process, however that ends: nothing has to be cleaned up after a kill. Its path is short
 * and lies in the system's temporary folder, since the path of a socket may hold a hundred characters only.
 *
 * @returns what gives the folder free
 * @throws Error when another stack has it
 */
export async function lockState(folder: string): Promise<() => void> {
  const name = createHash('sha256').update(resolve(folder)).digest('hex').slice(0, 16);
  const path = join(tmpdir(), `trackline-${name}.sock`);
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const free = () => server.close();
  if (await listens(server, path)) return free;
  if (!(await isAlive(path))) {
    // Left by a process that was killed.
    rmSync(path, { force: true });
    if (await listens(server, path)) return free;
  }
  throw new Error(
    `Another stack runs on ${folder}. Stop it, or choose another folder: npm start -- --state DIR`,
  );
}

/** Whether the path is ours from now on; false where there is such a socket already. */
function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((done, failed) => {
    const refuse = (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? done(false) : failed(error);
    server.once('error', refuse);
    server.listen(path, () => {
      server.off('error', refuse);
      done(true);
    });
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}
