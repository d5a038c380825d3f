import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { sayRaw } from '../../../test/helpers/raw-http.ts';
import { broken } from '../../../test/helpers/scripted-event-stream.ts';
import { ScriptedSpool } from '../../../test/helpers/scripted-spool.ts';
import { buildTracker, GivenPrograms } from '../../../test/helpers/tracker.ts';
import { until } from '../../../test/helpers/until.ts';

const impression = '/v1/impression/aurora-shoes';

describe('the admin server', () => {
  test('GET /livez looks at nothing else', async () => {
    const programs = new GivenPrograms();
    programs.wasCoherent = false;
    const { tracker } = await buildTracker({ programs, spoolBytesMax: 1 });
    expect((await tracker.adminServer.inject('/livez')).statusCode).toBe(200);
  });

  test('GET /readyz: 503 until the cache was coherent once, and not after', async () => {
    const programs = new GivenPrograms();
    programs.coherent = false;
    programs.wasCoherent = false;
    const { tracker } = await buildTracker({ programs });
    const ready = () => tracker.adminServer.inject('/readyz');
    expect((await ready()).statusCode).toBe(503);
    expect((await ready()).json()).toEqual({ ready: false, reasons: ['program_cache_never_coherent'] });
    programs.wasCoherent = true;
    expect((await ready()).statusCode).toBe(200);
    expect((await ready()).json()).toEqual({ ready: true, reasons: [] });
  });

  test('GET /readyz: an outage of the stream does not fail it while there is room, a full spool does', async () => {
    const { tracker, stream, spool } = await buildTracker({ spoolBytesMax: 150_000 });
    stream.outcome = () => broken;
    const ready = () => tracker.adminServer.inject('/readyz');
    await tracker.publicServer.inject(impression);
    expect((await ready()).statusCode).toBe(200);
    while (spool.account().writable) await tracker.publicServer.inject(impression);
    expect((await ready()).json()).toEqual({ ready: false, reasons: ['spool_not_writable'] });
  });

  test('GET /readyz: 503 from the drain’s beginning on', async () => {
    const { tracker } = await buildTracker({ settings: { drainDelayMs: 60_000 } });
    tracker.drain.signal('SIGTERM');
    const reply = await tracker.adminServer.inject('/readyz');
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toEqual({ ready: false, reasons: ['draining'] });
  });

  test('GET /ledger gives the account', async () => {
    const clock = new FakeClock();
    const beganMs = clock.wallMs();
    const { tracker, stream } = await buildTracker({ clock });
    await tracker.publicServer.inject(impression);
    await tracker.publicServer.inject('/v1/impression/nowhere');
    await tracker.publicServer.inject({ method: 'HEAD', url: impression });
    await clock.advance(30);
    const account = async () => (await tracker.adminServer.inject('/ledger')).json();
    expect(await account()).toEqual({
      writer: 'writer-1',
      instance: 'tracker-1',
      sinceMs: beganMs,
      durability: { impression: 'memory', click: 'memory', transaction: 'memory', batch: null },
      acceptedThrough: 1,
      sentThrough: 0,
      unsent: 1,
      unconfirmed: 0,
      atRisk: 1,
      usedBytes: expect.any(Number),
      bytesMax: 16 * 1024 * 1024,
      writable: true,
      onDisk: false,
      oldestUnsentMs: 30,
      rejected: 1,
      shed: 0,
      ignored: 1,
      lost: 0,
      ended: [],
    });
    await clock.advance(20);
    expect(stream.events).toHaveLength(1);
    expect(await account()).toMatchObject({
      sentThrough: 1,
      unsent: 0,
      usedBytes: 0,
      oldestUnsentMs: null,
    });
  });

  test('GET /metrics has verdicts, the spool, the cache and the sender', async () => {
    const programs = new GivenPrograms();
    const clock = new FakeClock();
    const { tracker, stream } = await buildTracker({ programs, clock });
    stream.outcome = (_record, call) =>
      call === 0 ? broken : { ok: true, shardId: 's', sequenceNumber: '1' };
    await tracker.publicServer.inject(impression);
    await tracker.publicServer.inject('/v1/click/nowhere');
    const scrape = async () => (await tracker.adminServer.inject('/metrics')).body;
    expect(await scrape()).toContain('trackline_spool_unsent_events 1');
    await clock.advance(10_000);
    expect(stream.events).toHaveLength(1);
    programs.coherent = false;
    const metrics = await scrape();
    for (const line of [
      'trackline_events_sent_total 1',
      'trackline_verdicts_total{type="impression",verdict="accepted",reason=""} 1',
      'trackline_verdicts_total{type="click",verdict="rejected",reason="program_unknown"} 1',
      'trackline_put_failures_total{code="InternalFailure"} 1',
      'trackline_put_records_total{outcome="failed"} 1',
      'trackline_put_records_total{outcome="ok"} 1',
      'trackline_spool_unsent_events 0',
      'trackline_spool_writable 1',
      'trackline_program_cache_coherent 0',
      'trackline_program_cache_entries 1',
    ]) {
      expect(metrics).toContain(`${line}\n`);
    }
  });

  test('what is unsent counts also where the writer that accepted it has ended', async () => {
    const clock = new FakeClock();
    const spool = new ScriptedSpool();
    const before = { writer: 'writer-0', acceptedThrough: 9, sentThrough: 2, unsent: 7, unsentSinceMs: 0 };
    spool.ended = () => [before];
    const { tracker } = await buildTracker({ clock, spool });
    await tracker.publicServer.inject(impression);
    await clock.advance(5_000);
    const { body } = await tracker.adminServer.inject('/metrics');
    expect(body).toContain('trackline_spool_unsent_events 8\n');
    expect(body).toContain('trackline_spool_oldest_unsent_seconds 5\n');
  });

  test('GET /verdicts shows what was and what comes, and the sampling', async () => {
    const { tracker, url, adminUrl } = await buildTracker({ limits: { verdictsPushedEveryMs: 5 } }, true);
    await fetch(url + impression);
    const watching = new AbortController();
    const reply = await fetch(`${adminUrl}/verdicts`, { signal: watching.signal });
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    let text = '';
    const read = (async () => {
      for await (const chunk of reply.body!) text += Buffer.from(chunk).toString();
    })().catch(() => {});
    await until('what was', () => text.includes('"verdict":"accepted"'));
    expect(text).toContain('event: sampling\ndata: {"seen":0,"shown":0,"oneIn":1}\n\n');
    await fetch(`${url}/v1/click/nowhere`);
    await until('what comes', () => text.includes('"reason":"program_unknown"'));
    watching.abort();
    await read;
    expect(text.match(/event: verdict\n/g)).toHaveLength(2);
    await tracker.close();
  });

  test('GET /verdicts is for so many readers and no more', async () => {
    const { adminUrl } = await buildTracker({ limits: { verdictReadersMax: 1 } }, true);
    const first = new AbortController();
    await fetch(`${adminUrl}/verdicts`, { signal: first.signal });
    expect((await fetch(`${adminUrl}/verdicts`)).status).toBe(503);
    first.abort();
    const again = new AbortController();
    await until('the place to be free', async () => {
      const { status } = await fetch(`${adminUrl}/verdicts`, { signal: again.signal });
      return status === 200;
    });
    again.abort();
  });

  test('a page from elsewhere gets nowhere: neither by a name of its own, nor with a preflight', async () => {
    const programs = new GivenPrograms();
    const { adminUrl } = await buildTracker({ programs }, true);
    const say = (call: string, host: string, ...headers: string[]) =>
      sayRaw(adminUrl, `${[`${call} HTTP/1.1`, `Host: ${host}`, ...headers].join('\r\n')}\r\n\r\n`);
    for (const call of [
      'DELETE /program-cache',
      'GET /ledger',
      'GET /verdicts',
      'GET /openapi',
      'GET /nothing',
    ]) {
      for (const host of [
        'evil.example',
        'evil.example:9090',
        '127.0.0.1.evil.example',
        'localhost.evil.example',
      ]) {
        const reply = await say(call, host);
        expect([reply!.status, JSON.parse(reply!.body.toString())]).toMatchObject([
          421,
          { error: { code: 'host_unknown' } },
        ]);
      }
    }
    const asked = ['Origin: https://evil.example', 'Access-Control-Request-Method: DELETE'];
    const preflight = await say('OPTIONS /program-cache', 'localhost', ...asked);
    expect(preflight!.status).toBe(404);
    expect(Object.keys(preflight!.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(programs.stats().entries).toBe(1);
    for (const host of ['localhost:9090', 'LOCALHOST', '127.0.0.1', '[::1]:9090', '192.0.2.7']) {
      expect((await say('GET /livez', host))!.status).toBe(200);
    }
  });

  test('where it is open on more than loopback, it goes by any name', async () => {
    const { adminUrl } = await buildTracker({ settings: { adminHost: '0.0.0.0' } }, true);
    const reply = await sayRaw(adminUrl, 'GET /livez HTTP/1.1\r\nHost: tracker.internal:9090\r\n\r\n');
    expect(reply!.status).toBe(200);
  });

  test('DELETE /program-cache forgets every program', async () => {
    const programs = new GivenPrograms();
    const { tracker } = await buildTracker({ programs });
    expect((await tracker.adminServer.inject({ method: 'DELETE', url: '/program-cache' })).statusCode).toBe(
      204,
    );
    expect(programs.stats().entries).toBe(0);
  });
});
