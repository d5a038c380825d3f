import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { arrivals, steady } from './arrivals.ts';
import type { Call } from './call.ts';
import { countFrom } from './histograms.ts';
import { loopbackOf, type OpenLoopOptions, runOpenLoop } from './open-loop.ts';
import { Recorder } from './recorder.ts';

type Handler = (number: number, answer: ServerResponse, request: IncomingMessage) => void;

const call: Call = {
  kind: 'impression',
  programId: 'p',
  types: ['impression'],
  text: 'GET /v1/impression/p HTTP/1.1\r\nhost: here\r\n\r\n',
};
const accept = (answer: ServerResponse) =>
  answer.writeHead(200, { 'x-tracking-verdict': 'accepted', 'content-length': 0 }).end();

async function serve(handler: Handler) {
  let number = 0;
  const server = createServer((request, answer) => handler(++number, answer, request));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function load(url: string, calls: number, more: Partial<OpenLoopOptions> = {}) {
  const recorder = new Recorder();
  const next = arrivals(steady(1_000, calls), null);
  await runOpenLoop({ urls: [url], arrivals: next, calls: () => call, recorder, ...more });
  return recorder;
}

describe('the open loop', () => {
  test('sends every call that is due, and counts the answers by what they say', async () => {
    const url = await serve((number, answer) => {
      if (number % 4 !== 0) return accept(answer);
      answer.writeHead(503, { 'x-tracking-verdict': 'shed; reason=overloaded', 'content-length': 0 }).end();
    });
    const { counts, verdicts, statuses, intervals } = await load(url, 200);
    expect(counts).toEqual({
      offered: 200,
      sent: 200,
      answered: 200,
      accepted: 150,
      unanswered: 0,
      unsent: 0,
    });
    expect(verdicts.impression).toEqual(
      new Map([
        ['accepted', 150],
        ['shed; reason=overloaded', 50],
      ]),
    );
    expect(statuses).toEqual(
      new Map([
        [200, 150],
        [503, 50],
      ]),
    );
    expect(intervals.reduce((sum, { offered }) => sum + offered, 0)).toBe(200);
    expect(intervals.reduce((sum, { latency }) => sum + latency.totalCount, 0)).toBe(200);
  });

  test('a server that stalls has all calls on its account that were due meanwhile, and not only one', async () => {
    const stallMs = 300;
    const url = await serve((number, answer) => {
      if (number === 100) setTimeout(() => accept(answer), stallMs);
      else accept(answer);
    });
    // A client with one connection, which is the server's to hold up.
    const recorder = await load(url, 600, { connectionsMin: 1, connectionsMax: 1 });
    expect(recorder.counts).toMatchObject({ offered: 600, answered: 600 });
    const long = stallMs / 2;
    // Of a call each millisecond, those of the stall's first half waited for more than its second half.
    expect(countFrom(recorder.latency, long)).toBeGreaterThan(0.9 * long);
    // Counted from their sending, it is that one call.
    expect(countFrom(recorder.service, long)).toBeLessThan(0.1 * countFrom(recorder.latency, long));
  });

  test('with connections to spare, a call that is held up holds up no other', async () => {
    let held: ServerResponse | null = null;
    let answered = 0;
    const url = await serve((number, answer) => {
      if (number === 10) held = answer;
      else accept(answer);
      // Once all others have their answers.
      if (number !== 10 && ++answered === 299) setImmediate(() => accept(held!));
    });
    expect((await load(url, 300)).counts).toMatchObject({ answered: 300, unanswered: 0 });
  });

  test('what was sent and never answered is unanswered, and told', async () => {
    const url = await serve((number, answer, { socket }) => {
      if (number === 20) socket.destroy();
      else if (number !== 40) accept(answer);
    });
    const unanswered: Call[] = [];
    const { counts, failures } = await load(url, 60, {
      timeoutMs: 500,
      onUnanswered: (each) => unanswered.push(each),
    });
    expect(counts).toMatchObject({ offered: 60, sent: 60, answered: 58, unanswered: 2, unsent: 0 });
    expect(failures.impression.unanswered).toBe(2);
    expect(unanswered).toEqual([call, call]);
  });

  test('what found no connection in time was never sent: no call of that name was ever heard', async () => {
    const url = await serve(() => {});
    const { counts } = await load(url, 50, { timeoutMs: 300, connectionsMin: 1, connectionsMax: 2 });
    expect(counts).toMatchObject({ offered: 50, answered: 0 });
    expect(counts.unsent + counts.unanswered).toBe(50);
    expect(counts.unanswered).toBe(counts.sent);
    expect(counts.unsent).toBeGreaterThan(0);
  });

  test('a connection that the server ends behind an answer is replaced', async () => {
    const url = await serve((_, answer) => {
      answer.setHeader('connection', 'close');
      accept(answer);
    });
    expect((await load(url, 50)).counts).toMatchObject({ answered: 50, unanswered: 0 });
  });

  test('ended before its time, it hears out what is under way', async () => {
    const end = new AbortController();
    const url = await serve((number, answer) => {
      if (number === 30) end.abort();
      accept(answer);
    });
    const { counts } = await load(url, 100_000, { signal: end.signal });
    expect(counts.answered).toBe(counts.sent);
    expect(counts.answered).toBeLessThan(5_000);
    expect(counts.unanswered).toBe(0);
  });

  test.each(['timer', 'spin'] as const)('paced by the %s, it sends all, too', async (pacing) => {
    const url = await serve((_, answer) => accept(answer));
    expect((await load(url, 100, { pacing })).counts).toMatchObject({ answered: 100 });
  });

  test.each(['http://192.168.1.7:8080', 'http://tracker.example', 'https://127.0.0.1'])(
    '%s gets no load',
    (url) => expect(() => loopbackOf(url)).toThrow(/loopback only/),
  );
});
