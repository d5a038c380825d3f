import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';

/** A server that speaks what the program cache needs of Redis's protocol, and gives errors when told to. */
export interface ScriptedRedis {
  readonly port: number;
  /** How many connections were taken. */
  readonly connections: number;
  readonly programs: Map<string, ProgramVersion>;
  /** From now on these commands (all: every one) are answered with this error; with null, as ever. */
  failWith(error: string | null, commands?: readonly string[] | 'all'): void;
  close(): Promise<void>;
}

export async function startScriptedRedis(): Promise<ScriptedRedis> {
  const programs = new Map<string, ProgramVersion>();
  let connections = 0;
  const sockets = new Set<Socket>();
  let failing: { readonly error: string; readonly commands: readonly string[] | 'all' } | null = null;

  function reply([name = '', ...args]: readonly string[]): string {
    const command = name.toUpperCase();
    if (failing && (failing.commands === 'all' || failing.commands.includes(command))) {
      return `-${failing.error}\r\n`;
    }
    switch (command) {
      case 'INFO':
        return bulk('redis_version:7.0.0\r\nloading:0\r\n');
      case 'SUBSCRIBE':
        return `*3\r\n${bulk('subscribe')}${bulk(args[0]!)}:1\r\n`;
      case 'PING':
        return `*2\r\n${bulk('pong')}${bulk('')}`;
      case 'MGET':
        return `*2\r\n${bulk('0')}${bulk('g1')}`;
      case 'GET':
        return bulk('g1');
      case 'HMGET': {
        const program = programs.get(args[0]!.split(':').at(-1)!);
        if (!program) return '*2\r\n$-1\r\n$-1\r\n';
        return `*2\r\n${bulk(String(program.version))}${bulk(formatUpdate(program))}`;
      }
      default:
        return '+OK\r\n';
    }
  }

  const server = createServer((socket) => {
    connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    let unread = '';
    // Latin-1: a character for each byte, as lengths are counted.
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      unread += chunk;
      for (;;) {
        const read = readCommand(unread);
        if (read === null) return;
        unread = unread.slice(read.length);
        socket.write(reply(read.words));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as { port: number }).port,
    get connections() {
      return connections;
    },
    programs,
    failWith(error, commands = 'all') {
      failing = error === null ? null : { error, commands };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** The first command in `text`, an array of bulk strings; null where it is not whole yet. */
function readCommand(text: string): { readonly words: readonly string[]; readonly length: number } | null {
  let at = 0;
  const line = () => {
    const end = text.indexOf('\r\n', at);
    if (end < 0) return null;
    const found = text.slice(at + 1, end);
    at = end + 2;
    return Number(found);
  };
  const count = line();
  if (count === null) return null;
  const words: string[] = [];
  while (words.length < count) {
    const bytes = line();
    if (bytes === null || text.length < at + bytes + 2) return null;
    words.push(text.slice(at, at + bytes));
    at += bytes + 2;
  }
  return { words, length: at };
}
