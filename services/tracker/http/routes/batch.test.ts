import { randomFillSync } from 'node:crypto';
import { isKeyed, newMessageId } from '@trackline/domain/message-id';
import { describe, expect, test } from 'vitest';
import {
  buildTracker,
  GivenPrograms,
  program,
  type TrackerOverrides,
} from '../../../../test/helpers/tracker.ts';
import { until } from '../../../../test/helpers/until.ts';

const seen = { type: 'impression', programId: 'aurora-shoes' };
const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

async function post(
  payload: unknown,
  type = json,
  overrides: TrackerOverrides = {},
  more: { headers?: Record<string, string>; query?: string } = {},
) {
  const built = await buildTracker(overrides);
  const reply = await built.tracker.publicServer.inject({
    method: 'POST',
    url: `/v1/events${more.query ?? ''}`,
    headers: { 'content-type': type, ...more.headers },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
  return { ...built, reply };
}

describe('POST /v1/events', () => {
  test('answers with an outcome for each event, in their order', async () => {
    const { reply, stream } = await post([
      { ...seen, publisher: 'p1', sub1: 'a', event: 'midpoint' },
      { type: 'click', programId: 'aurora-shoes' },
      { type: 'transaction', programId: 'aurora-shoes', orderId: 'o', amount: '1', currency: 'EUR' },
      { ...seen, programId: 'nowhere' },
      { ...seen, type: 'sale' },
      'text',
      { ...seen, publisher: 'a b' },
    ]);
    expect(reply.statusCode).toBe(202);
    expect(reply.headers['x-tracking-verdict']).toBe('accepted; accepted=3; rejected=4; shed=0');
    expect(reply.headers['cache-control']).toBe('no-store');
    await until('the events', () => stream.events.length === 3);
    const ids = stream.events.map(({ messageId }) => messageId);
    expect(reply.json()).toEqual({
      outcomes: [
        { messageId: ids[0], verdict: 'accepted' },
        { messageId: ids[1], verdict: 'accepted' },
        { messageId: ids[2], verdict: 'accepted', claims: true },
        rejected('program_unknown'),
        rejected('type_malformed'),
        rejected('body_malformed'),
        rejected('id_malformed'),
      ],
    });
    expect(stream.events[0]).toMatchObject({
      type: 'impression',
      publisherId: 'p1',
      vastEvent: 'midpoint',
      params: { sub1: 'a' },
    });
    expect(stream.events[1]!.clickId).toBe(ids[1]);
  });

  test('programs that are looked up longer do not mix up the order', async () => {
    const programs = new GivenPrograms();
    programs.set(
      'slow',
      Promise.resolve().then(() => ({ kind: 'unknown' as const })),
    );
    const { reply } = await post([{ ...seen, programId: 'slow' }, seen], json, { programs });
    expect(reply.json().outcomes).toMatchObject([{ reason: 'program_unknown' }, { verdict: 'accepted' }]);
  });

  test.each([
    ['a JSON array', JSON.stringify([seen, seen]), json, 2],
    ['one JSON object', JSON.stringify(seen), json, 1],
    ['NDJSON', `${JSON.stringify(seen)}\n\r\n${JSON.stringify(seen)}\r\n`, 'application/x-ndjson', 2],
    ['a beacon of a JSON array', ` ${JSON.stringify([seen, seen])}`, 'text/plain;charset=UTF-8', 2],
    ['a beacon of one object', JSON.stringify(seen), 'text/plain;charset=UTF-8', 1],
    ['a beacon of lines', `${JSON.stringify(seen)}\n${JSON.stringify(seen)}`, 'text/plain', 2],
    [
      'a beacon of a form',
      'type=impression&program_id=aurora-shoes',
      'application/x-www-form-urlencoded;charset=UTF-8',
      1,
    ],
    ['500 events', JSON.stringify(Array(500).fill(seen)), json, 500],
  ])('takes %s', async (_, payload, type, count) => {
    const { reply, spool } = await post(payload, type);
    expect(reply.statusCode).toBe(202);
    expect(reply.json().outcomes).toHaveLength(count);
    expect(spool.account().acceptedThrough).toBe(count);
  });

  test('a line that is none spoils no other', async () => {
    const { reply } = await post(
      `${JSON.stringify(seen)}\n{"type":\n${JSON.stringify(seen)}`,
      'application/x-ndjson',
    );
    expect(reply.json().outcomes).toMatchObject([
      { verdict: 'accepted' },
      { reason: 'body_malformed' },
      { verdict: 'accepted' },
    ]);
  });

  test('a line of more values than an event has spoils no other', async () => {
    const { reply } = await post(
      `{"a":[${'0,'.repeat(256)}0]}\n${JSON.stringify(seen)}`,
      'application/x-ndjson',
    );
    expect(reply.json().outcomes).toEqual([rejected('values_too_many'), expect.anything()]);
  });

  test.each([
    ['nothing', '', json, 400, 'body_empty'],
    ['a batch of 0', '[]', json, 400, 'batch_empty'],
    ['lines without an event', '\n \n', 'application/x-ndjson', 400, 'batch_empty'],
    ['501 events', JSON.stringify(Array(501).fill(seen)), json, 400, 'batch_too_large'],
    ['501 lines', '{}\n'.repeat(501), 'application/x-ndjson', 400, 'batch_too_large'],
    ['broken JSON', '[{}', json, 400, 'body_malformed'],
    ['nesting without end', '['.repeat(500_000), json, 400, 'values_too_many'],
    ['nesting with an end', '['.repeat(50_000), json, 400, 'body_malformed'],
    ['one event of 70,000 members', `{${'"a":0,'.repeat(70_000)}"b":0}`, json, 400, 'values_too_many'],
    ['a form over 16 KiB', `sub1=${'x'.repeat(16 * 1024)}`, form, 413, 'body_too_large'],
    ['a `__proto__` key within', '[{"params":{"__proto__":1}}]', json, 400, 'body_malformed'],
    ['over 1 MiB', `["${'x'.repeat(1024 * 1024)}"]`, json, 413, 'body_too_large'],
    ['XML', '<a/>', 'text/xml', 415, 'media_type_unsupported'],
  ])('%s → refused as a whole', async (_, payload, type, status, code) => {
    const { reply, spool } = await post(payload, type);
    expect(reply.statusCode).toBe(status);
    expect(reply.json()).toEqual({ error: { code, message: expect.any(String) } });
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('just under 1 MiB is a batch', async () => {
    const line = `${JSON.stringify({ ...seen, params: { note: 'x'.repeat(256) } })}\n`;
    const { reply } = await post(
      line.repeat(500) + '\n'.repeat(900_000 - 500 * line.length),
      'application/x-ndjson',
    );
    expect(reply.json().outcomes).toHaveLength(500);
  });

  test('where nothing can be taken: 503, and when to come again with all of it', async () => {
    const { reply } = await post([seen, seen], json, { spoolBytesMax: 1 });
    expect(reply.statusCode).toBe(503);
    expect(reply.headers['x-tracking-verdict']).toBe('shed; reason=spool_full');
    expect(reply.headers['retry-after']).toMatch(/^[123]$/);
    expect(reply.json().outcomes).toMatchObject([{ reason: 'spool_full' }, { reason: 'spool_full' }]);
  });

  test('where some can’t be taken, each says so itself', async () => {
    const programs = new GivenPrograms();
    programs.set('unknowable', { kind: 'unknowable' });
    const { reply } = await post([seen, { ...seen, programId: 'unknowable' }], json, { programs });
    expect(reply.statusCode).toBe(202);
    expect(reply.headers['x-tracking-verdict']).toBe('accepted; accepted=1; rejected=0; shed=1');
    expect(reply.json().outcomes).toMatchObject([
      { verdict: 'accepted' },
      { verdict: 'shed', reason: 'program_unknowable' },
    ]);
  });

  test('a prefetch is answered, and is no event', async () => {
    const { reply, spool } = await post([seen], json, {}, { headers: { 'sec-purpose': 'prefetch' } });
    expect(reply.statusCode).toBe(202);
    expect(reply.headers['x-tracking-verdict']).toBe('ignored');
    expect(reply.json()).toEqual({ outcomes: [{ messageId: null, verdict: 'ignored' }] });
    expect(spool.account().acceptedThrough).toBe(0);
  });

  test('a prefetch is told what would be wrong with an event', async () => {
    const { reply } = await post(
      [{ ...seen, programId: 'nowhere' }],
      json,
      {},
      {
        headers: { 'sec-purpose': 'prefetch' },
      },
    );
    expect(reply.headers['x-tracking-verdict']).toBe('ignored');
    expect(reply.json()).toEqual({
      outcomes: [
        { verdict: 'ignored', reason: 'program_unknown', message: 'There is no program of this id.' },
      ],
    });
  });

  test('what was refused to is heard for each event, or for all in the query', async () => {
    const headers = { 'user-agent': 'Mozilla/5.0' };
    const events = [seen, { ...seen, gdpr: 1 }];
    const { stream } = await post(events, json, {}, { headers });
    await until('the events', () => stream.events.length === 2);
    expect(stream.events.map(({ userAgent }) => userAgent)).toEqual(['Mozilla/5.0', '']);
    const all = await post(events, json, {}, { headers, query: '?gdpr=1' });
    await until('the events', () => all.stream.events.length === 2);
    expect(all.stream.events.map(({ ip }) => ip)).toEqual(['', '']);
  });

  test('what the query refuses for all holds also where an event says something else', async () => {
    const events = [
      { ...seen, usPrivacy: '1YNN' },
      { ...seen, gdpr: 0 },
    ];
    const { stream } = await post(events, json, {}, { query: '?gdpr=1' });
    await until('the events', () => stream.events.length === 2);
    expect(stream.events.map(({ consent }) => consent)).toEqual([
      { choice: 'denied', basis: 'tcf' },
      { choice: 'granted', basis: 'configuration' },
    ]);
  });

  test('sections that apply are a say of their own, without a string: denied', async () => {
    const events = [seen, { ...seen, gppSid: '7' }];
    const { stream } = await post(events, json, {}, { headers: { 'user-agent': 'Mozilla/5.0' } });
    await until('the events', () => stream.events.length === 2);
    expect(stream.events.map(({ consent }) => consent.choice)).toEqual(['granted', 'denied']);
  });

  test('one event that refuses ends the cookie, wherever it stands', async () => {
    const headers = { cookie: '__Host-trackline=AbCdEfGhIjKlMnOpQrSt-_' };
    for (const events of [
      [seen, { ...seen, gdpr: 1 }],
      [{ ...seen, gdpr: 1 }, seen],
    ]) {
      const { reply } = await post(events, json, {}, { headers });
      expect(reply.headers['set-cookie']?.toString()).toMatch(/^__Host-trackline=; Max-Age=0;/);
    }
    expect((await post([seen], json, {}, { headers })).reply.headers).not.toHaveProperty('set-cookie');
  });

  test('an idempotency key names the event', async () => {
    const idempotencyKey = newMessageId(Date.now(), randomFillSync);
    const { reply } = await post([
      { ...seen, idempotencyKey },
      { ...seen, idempotencyKey },
      { ...seen, idempotencyKey: newMessageId(Date.now() + 7 * 86_400_000, randomFillSync) },
    ]);
    const { outcomes } = reply.json();
    expect(outcomes[0].messageId).toBe(outcomes[1].messageId);
    expect(outcomes[0].messageId).not.toBe(idempotencyKey);
    expect(isKeyed(outcomes[0].messageId)).toBe(true);
    expect(outcomes[2]).toMatchObject({ reason: 'idempotency_key_malformed' });
  });

  test('each event is counted under its type', async () => {
    const { tracker } = await post([seen, { ...seen, programId: 'nowhere' }], json, {
      programs: new GivenPrograms([program()]),
    });
    const metrics = (await tracker.adminServer.inject('/metrics')).body;
    expect(metrics).toContain('trackline_verdicts_total{type="impression",verdict="accepted",reason=""} 1');
    expect(metrics).toContain('{type="impression",verdict="rejected",reason="program_unknown"} 1');
  });

  test.each(['GET', 'PUT', 'DELETE'] as const)('%s: 405', async (method) => {
    const { tracker } = await buildTracker();
    const reply = await tracker.publicServer.inject({ method, url: '/v1/events' });
    expect(reply.statusCode).toBe(405);
    expect(reply.headers.allow).toBe('POST, OPTIONS');
  });
});

function rejected(reason: string) {
  return { verdict: 'rejected', reason, message: expect.any(String) };
}
