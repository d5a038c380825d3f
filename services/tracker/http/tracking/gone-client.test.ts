import type { ProgramLookup } from '@trackline/domain/decide';
import { describe, expect, test } from 'vitest';
import { RawConnection } from '../../../../test/helpers/raw-http.ts';
import { buildTracker, GivenPrograms, program, type TestTracker } from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';

/**
 * Clients that are gone before they are answered: what a browser does with the pixels of a page that is being
 * left. The call was made, so its event counts like any other.
 */

const impression = 'GET /v1/impression/aurora-shoes HTTP/1.1\r\nHost: t.example\r\n';
const proxied = { trustedProxies: ['127.0.0.1'] };

describe.each([
  ['on a direct connection', {}, `${impression}\r\n`, '127.0.0.0'],
  ['behind a proxy', proxied, `${impression}X-Forwarded-For: 203.0.113.77\r\n\r\n`, '203.0.113.0'],
])('a client that is gone, %s', (_, settings, bytes, ip) => {
  test('reset right after a call on a program in memory: each event is accepted', async () => {
    const built = await buildTracker({ settings }, true);
    const calls = 100;
    for (let i = 0; i < calls; i++) {
      const connection = await RawConnection.open(built.url);
      await connection.send(bytes);
      connection.reset();
    }
    await accepted(built, calls);
  });

  test('reset once the connection was taken: its address is still known', async () => {
    const built = await buildTracker({ settings }, true);
    const connection = await RawConnection.open(built.url);
    await until('the connection', async () => (await connectionsOf(built)) === 1);
    await connection.send(bytes);
    connection.reset();
    await accepted(built, 1);
    await until('the event', () => built.stream.events.length === 1);
    expect(built.stream.events[0]!.ip).toBe(ip);
  });

  test.each(['close', 'reset'] as const)('%s during a cache miss: the same', async (goes) => {
    const programs = new GivenPrograms();
    let know = (_: ProgramLookup) => {};
    let asked = false;
    programs.lookup = () => {
      asked = true;
      return new Promise((resolve) => (know = resolve));
    };
    const built = await buildTracker({ programs, settings }, true);
    const connection = await RawConnection.open(built.url);
    await connection.send(bytes);
    await until('the lookup', () => asked);
    connection[goes]();
    await until('the connection to be gone', async () => (await connectionsOf(built)) === 0);
    know({ kind: 'known', program: program(), unverified: false });
    await accepted(built, 1);
    await until('the event', () => built.stream.events.length === 1);
    expect(built.stream.events[0]!.ip).toBe(ip);
  });
});

/** Waits until `count` events are spooled, and looks that nothing was told as a failure. */
async function accepted({ spool, adminUrl, logged }: TestTracker, count: number): Promise<void> {
  await until(`${count} events`, () => spool.account().acceptedThrough === count);
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  expect(metrics).toContain(
    `trackline_verdicts_total{type="impression",verdict="accepted",reason=""} ${count}\n`,
  );
  expect(metrics).toContain('trackline_calls_failed_total 0\n');
  expect(logged).toEqual([]);
}

function connectionsOf({ tracker }: TestTracker): Promise<number> {
  return new Promise((resolve) => {
    tracker.publicServer.server.getConnections((_error, count) => resolve(count));
  });
}
