import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { expect, test } from 'vitest';
import { whileTimePasses } from '../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import type { EventStream, PutOutcome, StreamRecord } from './event-stream.ts';
import { sendUpdates } from './send-updates.ts';

const ok: PutOutcome = { ok: true, shardId: 's', sequenceNumber: '1' };
const throttled: PutOutcome = { ok: false, code: 'Throttled', throttled: true, retriable: true };
const denied: PutOutcome = { ok: false, code: 'AccessDenied', throttled: false, retriable: false };

const tombstone = (id: string): ProgramVersion => ({ deleted: true, id, version: 1 });
const many = (n: number) => Array.from({ length: n }, (_, index) => tombstone(`p${index}`));

/** Sends on a stream that makes of each record what `onPut` says, the clock running as fast as it can. */
async function send(
  programs: readonly ProgramVersion[],
  onPut: (record: StreamRecord, call: number) => PutOutcome,
) {
  const clock = new FakeClock();
  const calls: (readonly StreamRecord[])[] = [];
  const stream: EventStream = {
    async put(records) {
      calls.push(records);
      return records.map((record) => onPut(record, calls.length));
    },
    close: async () => {},
  };
  const sent: number[] = [];
  const options = {
    stream,
    clock,
    random: () => 0.5,
    giveUpAfterMs: 10_000,
    onSent: (n: number) => sent.push(n),
  };
  const errors = await whileTimePasses(clock, sendUpdates(programs, options));
  return { errors, calls, sent, elapsedMs: clock.monotonicMs() };
}

test('sends the canonical text, with the program’s id as partition key', async () => {
  const { calls } = await send([tombstone('a')], () => ok);
  expect(calls).toEqual([[{ data: Buffer.from(formatUpdate(tombstone('a'))), partitionKey: 'a' }]]);
});

test('puts at most 500 a call', async () => {
  const { calls, errors, sent } = await send(many(1_201), () => ok);
  expect(calls.map((call) => call.length)).toEqual([500, 500, 201]);
  expect(errors.every((error) => error === null)).toBe(true);
  expect(sent).toEqual([500, 1_000, 1_201]);
});

test('puts at most 5 MiB a call', async () => {
  const landingUrl = `https://shop.example/${'x'.repeat(2_000)}`;
  const hosts = Array.from({ length: 64 }, (_, i) => `${'y'.repeat(60)}.${'z'.repeat(60)}.${i}.example`);
  const programs = many(500).map(
    ({ id }): ProgramVersion => ({
      deleted: false,
      id,
      version: 1,
      name: id,
      status: 'active',
      validFromMs: null,
      validUntilMs: null,
      landingUrl,
      deepLinkHosts: hosts,
      signingKeyIds: [],
    }),
  );
  const { calls } = await send(programs, () => ok);
  const sizes = calls.map((call) => call.reduce((sum, r) => sum + r.data.length + r.partitionKey.length, 0));
  expect(Math.max(...sizes)).toBeLessThanOrEqual(5 * 1024 * 1024);
  expect(calls.flat()).toHaveLength(500);
});

test('sends again only what failed', async () => {
  const { calls, errors } = await send(many(4), (record, call) =>
    call === 1 && record.partitionKey === 'p2' ? throttled : ok,
  );
  expect(calls.map((call) => call.map(({ partitionKey }) => partitionKey))).toEqual([
    ['p0', 'p1', 'p2', 'p3'],
    ['p2'],
  ]);
  expect(errors).toEqual([null, null, null, null]);
});

test('gives up when the stream has taken nothing for so long, and tells its code', async () => {
  const { errors, elapsedMs } = await send(many(2), (record) =>
    record.partitionKey === 'p0' ? ok : throttled,
  );
  expect(errors).toEqual([null, 'Throttled']);
  expect(elapsedMs).toBeGreaterThanOrEqual(10_000);
  expect(elapsedMs).toBeLessThan(15_000);
});

test('does not repeat what no retry mends, and spares the rest', async () => {
  const { errors, calls } = await send(many(1_000), () => denied);
  expect(calls).toHaveLength(1);
  expect(errors[0]).toBe('AccessDenied');
  expect(errors[999]).toBe('NotSent');
});
