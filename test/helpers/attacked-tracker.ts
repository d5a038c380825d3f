import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { gif } from '@trackline/tracker/http/answers/pixel';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { RawConnection, type RawReply, sayRaw } from './raw-http.ts';
import { buildTracker, GivenPrograms, program, type TestTracker, type TrackerOverrides } from './tracker.ts';
import { until } from './until.ts';

/** Short, so that a test of slowness is not slow itself. */
export const headersTimeoutMs = 300;
export const requestTimeoutMs = 500;
export const keepAliveTimeoutMs = 300;

/**
 * A tracker for a file of tests that send it bad input, as it comes over the wire: bytes over a raw socket.
 * After each test the next good call must work, and nothing but that may have been counted.
 */
export function attackedTracker(overrides: Pick<TrackerOverrides, 'keyring' | 'settings'> = {}) {
  const programs = new GivenPrograms([
    program(),
    program({ id: 'paused', status: 'paused' }),
    program({ id: 'early', validFromMs: Date.now() + 3_600_000 }),
    program({ id: 'late', validUntilMs: Date.now() - 1 }),
  ]);
  let tracker: TestTracker;
  let goodCalls = 0;

  beforeAll(async () => {
    const limits = {
      headersTimeoutMs,
      requestTimeoutMs,
      keepAliveTimeoutMs,
      timeoutsCheckedEveryMs: 50,
      refusedLingerMs: 100,
    };
    tracker = await buildTracker({ programs, limits, ...overrides }, true, afterAll);
  });

  afterEach(async () => {
    const reply = await sayRaw(tracker.url, get('/v1/impression/aurora-shoes'));
    expect(reply).toMatchObject({ status: 200, headers: { 'x-tracking-verdict': 'accepted' } });
    expect(tracker.spool.account().acceptedThrough).toBe(++goodCalls);
  });

  return {
    programs,
    /** Sends the bytes on a connection of their own. Resolves with the reply, null where there is none. */
    say: (bytes: string | Uint8Array) => sayRaw(tracker.url, bytes),
    open: () => RawConnection.open(tracker.url),
    /** Asks the admin port. */
    admin: (path: string) => fetch(`${tracker.adminUrl}${path}`),
    /** How many connections the tracker has on its public port. */
    connections: () =>
      new Promise<number>((resolve) => {
        tracker.tracker.publicServer.server.getConnections((_error, count) => resolve(count));
      }),
    /** The event of the latest good call, once it is on the stream; the tracker's own numbering finds it. */
    latestEvent: async (): Promise<RecordedEvent> => {
      const { stream, spool } = tracker;
      const sequence = spool.account().acceptedThrough;
      return until(`event ${sequence}`, () => stream.events.find((event) => event.sequence === sequence));
    },
    /** Every event so far that is on the stream. */
    events: () => tracker.stream.events,
    /** A sample of the metrics, 0 where there is none yet. */
    sample: async (name: string): Promise<number> => {
      const metrics = await (await fetch(`${tracker.adminUrl}/metrics`)).text();
      return Number(metrics.split(`\n${name} `)[1]?.split('\n')[0] ?? 0);
    },
    /** A call of this test was good, and is counted. */
    expectOneMore(): void {
      goodCalls++;
    },
  };
}

export const crlf = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
export const get = (path: string, ...headers: string[]) =>
  crlf(`GET ${path} HTTP/1.1`, 'Host: t.example', ...headers);
export const post = (path: string, body: string, ...headers: string[]) =>
  crlf(`POST ${path} HTTP/1.1`, 'Host: t.example', ...headers) + body;

export function expectPixel(reply: RawReply | null, status: number, verdict: string): void {
  expect(reply).toMatchObject({
    status,
    headers: { 'x-tracking-verdict': verdict, 'cache-control': 'no-store', 'content-type': 'image/gif' },
  });
  expect(reply!.body.equals(gif)).toBe(true);
}

export function expectJson(reply: RawReply | null, status: number, code: string): void {
  expect(reply).toMatchObject({
    status,
    headers: { 'x-tracking-verdict': `rejected; reason=${code}`, 'cache-control': 'no-store' },
  });
  expect(JSON.parse(reply!.body.toString())).toEqual({ error: { code, message: expect.any(String) } });
}

export function expectPage(reply: RawReply | null, status: number, code: string): void {
  expect(reply).toMatchObject({
    status,
    headers: { 'x-tracking-verdict': `rejected; reason=${code}`, 'cache-control': 'no-store' },
  });
  expect(reply!.body.toString()).toContain('<!doctype html>');
}
