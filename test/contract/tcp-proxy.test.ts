import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startTcpBalancer } from '../helpers/tcp-balancer.ts';
import { startTcpProxy } from '../helpers/tcp-proxy.ts';
import { until } from '../helpers/until.ts';

/** The proxies that faults are injected by do what they say: else a fault program would prove nothing. */

/** A server that says back what it hears, with its name before it. */
async function echo(name = '') {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => socket.write(name + chunk));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as { port: number }).port, sockets };
}

async function client(port: number) {
  const socket = connect(port, '127.0.0.1');
  const heard = { text: '', ended: false, code: '' };
  socket.on('data', (chunk) => {
    heard.text += chunk;
  });
  socket.on('close', () => {
    heard.ended = true;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    heard.code = error.code ?? '';
  });
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return { socket, heard };
}

async function proxied(silentFirst = 0) {
  const server = await echo();
  const proxy = await startTcpProxy(server.port, { silentFirst });
  onTestFinished(() => proxy.close());
  return { server, proxy };
}

describe('the TCP proxy', () => {
  test('passes what it gets, and the end', async () => {
    const { server, proxy } = await proxied();
    const { socket, heard } = await client(proxy.port);
    const text = 'x'.repeat(3_000_000);
    socket.write(text);
    await until('the echo', () => heard.text.length === text.length);
    server.sockets[0]!.end('bye');
    await until('the end', () => heard.ended);
    expect(heard.text).toBe(`${text}bye`);
  });

  test('delay: holds up each way, keeps the order, and the end behind the rest', async () => {
    const { server, proxy } = await proxied();
    const { socket, heard } = await client(proxy.port);
    proxy.delay(200);
    const beganMs = performance.now();
    socket.write('a');
    await until('the echo', () => heard.text === 'a');
    // Timers may come a little early.
    expect(performance.now() - beganMs).toBeGreaterThan(395);
    server.sockets[0]!.write('b');
    server.sockets[0]!.destroySoon();
    await until('the end', () => heard.ended);
    expect(heard.text).toBe('ab');
  });

  test('trickle: few bytes at a time; healed, the rest comes at once', async () => {
    const { proxy } = await proxied();
    const { socket, heard } = await client(proxy.port);
    proxy.trickle(2, 1);
    socket.write('abcdefghi');
    await until('the echo', () => heard.text === 'abcdefghi');
    await proxy.heal();
    proxy.trickle(2, 600_000);
    socket.write('jklm');
    await until('the first of it', () => heard.text === 'abcdefghijk');
    await proxy.heal();
    await until('the rest', () => heard.text === 'abcdefghijklm');
  });

  test('blackhole: what is there hears nothing more and is not closed; who comes is served', async () => {
    const { proxy } = await proxied();
    const before = await client(proxy.port);
    before.socket.write('a');
    await until('the echo', () => before.heard.text === 'a');
    proxy.blackhole();
    before.socket.write('b');
    const after = await client(proxy.port);
    after.socket.write('c');
    await until('the echo', () => after.heard.text === 'c');
    expect(before.heard).toMatchObject({ text: 'a', ended: false });
    expect(proxy.connections).toBe(2);
  });

  test('silent: the first connections are taken, and never hear a byte', async () => {
    const { proxy } = await proxied(1);
    const [first, second] = [await client(proxy.port), await client(proxy.port)];
    first.socket.write('a');
    second.socket.write('b');
    await until('the echo', () => second.heard.text === 'b');
    expect(first.heard).toMatchObject({ text: '', ended: false });
  });

  test('refuse: nobody listens, until it is healed; the connections that there are stay', async () => {
    const { proxy } = await proxied();
    const before = await client(proxy.port);
    proxy.refuse();
    expect((await client(proxy.port)).heard.code).toBe('ECONNREFUSED');
    before.socket.write('a');
    await until('the echo', () => before.heard.text === 'a');
    await proxy.heal();
    const after = await client(proxy.port);
    after.socket.write('b');
    await until('the echo', () => after.heard.text === 'b');
  });

  test('reset: every connection breaks, on both sides', async () => {
    const { server, proxy } = await proxied();
    const { heard } = await client(proxy.port);
    await until('the other side', () => server.sockets.length === 1);
    proxy.reset();
    await until('the end', () => heard.ended && server.sockets[0]!.destroyed);
  });
});

describe('the TCP balancer', () => {
  async function balanced() {
    const readiness = [true, true];
    const servers = [await echo('a:'), await echo('b:')];
    const backends = servers.map(({ port }, index) => ({
      url: `http://127.0.0.1:${port}`,
      isReady: async () => readiness[index]!,
    }));
    const balancer = await startTcpBalancer(backends, { askEveryMs: 5 });
    onTestFinished(() => balancer.close());
    const said = async () => {
      const { socket, heard } = await client(Number(new URL(balancer.url).port));
      socket.write('x');
      await until('an answer', () => heard.text !== '' || heard.ended);
      return heard.text;
    };
    return { readiness, balancer, said };
  }

  test('spreads new connections in turn', async () => {
    const { said } = await balanced();
    expect([await said(), await said(), await said(), await said()]).toEqual(['a:x', 'b:x', 'a:x', 'b:x']);
  });

  test('gives none to who is not ready, and leaves the connections that there are', async () => {
    const { readiness, balancer, said } = await balanced();
    const { socket, heard } = await client(Number(new URL(balancer.url).port));
    readiness[0] = false;
    await until('the balancer to notice', () => balancer.ready.length === 1);
    expect([await said(), await said()]).toEqual(['b:x', 'b:x']);
    socket.write('y');
    await until('the echo', () => heard.text === 'a:y');
    readiness[1] = false;
    await until('the balancer to notice', () => balancer.ready.length === 0);
    expect(await said()).toBe('');
    expect(balancer.refused).toBe(1);
  });
});
