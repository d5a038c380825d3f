import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import { deaggregate } from '@trackline/proto/kpl';
import { decodeRecord } from '@trackline/proto/tracking-event';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ranAgainst } from '../../test/helpers/real-parts.ts';
import { program } from '../../test/helpers/tracker.ts';
import { until } from '../../test/helpers/until.ts';
import { startKinesis } from '../local/parts/kinesis.ts';
import type { Part } from '../local/parts/part.ts';
import { startRedis } from '../local/parts/redis.ts';
import { createStreams, kinesisClient } from '../local/parts/streams.kinesis.ts';

/** The tracker as a process, against a real Redis and kinesalite: its configuration, its signals, its end. */

const region = 'eu-central-1';
const folder = mkdtempSync(join(tmpdir(), 'trackline-tracker-'));
/** Nothing is kept on a disk. */
const inMemory = {
  TRACKLINE_DURABILITY_IMPRESSION: 'memory',
  TRACKLINE_DURABILITY_CLICK: 'memory',
  TRACKLINE_DURABILITY_TRANSACTION: 'memory',
};
let redis: Part;
let kinesis: Part;
let streams = 0;

beforeAll(async () => {
  redis = await startRedis(folder, { url: undefined, npmOnly: false });
  kinesis = await startKinesis(join(folder, 'kinesis'));
  for (const { label } of [redis, kinesis]) ranAgainst(label);
  const store = connectProgramStoreWriter({ url: redis.url, commandTimeoutMs: 1_000 });
  await store.apply(program());
  await store.begin('generation-1');
  await store.seal('generation-1');
  await store.close();
});
afterAll(async () => {
  await redis?.stop();
  await kinesis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(environment: Readonly<Record<string, string>>) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', join(import.meta.dirname, 'main.ts')],
    {
      // The AWS SDK warns of Node 20.
      env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  // Not 'close': a child whose channel we have closed does not always tell that.
  const ended = Promise.all([
    once(child, 'exit'),
    once(child.stdout!, 'close'),
    once(child.stderr!, 'close'),
  ]).then(([[code]]) => code as number | null);
  return { child, said, ended };
}

/** Two signals that are not one: the second comes later than npm would repeat the first. */
async function interruptTwice({ child, said }: ReturnType<typeof run>): Promise<void> {
  child.kill('SIGINT');
  await until('the drain', () => said.stdout.includes('"drain_began"'));
  const beganMs = performance.now();
  await until('the signal to be another one', () => performance.now() - beganMs > 1_050);
  child.kill('SIGINT');
}

/** A tracker that listens, with a stream of its own. */
async function start(environment: Readonly<Record<string, string>> = {}) {
  const stream = `events-${++streams}`;
  await createStreams({ region, endpoint: kinesis.url }, { [stream]: 2 });
  const tracker = run({
    AWS_REGION: region,
    AWS_ENDPOINT_URL_KINESIS: kinesis.url,
    REDIS_URL: redis.url,
    TRACKLINE_EVENT_STREAM: stream,
    ...inMemory,
    TRACKLINE_PORT: '0',
    TRACKLINE_ADMIN_PORT: '0',
    TRACKLINE_INSTANCE: 'tracker-under-test',
    TRACKLINE_DRAIN_DELAY_MS: '0',
    ...environment,
  });
  const listening = await new Promise<{ url: string; adminUrl: string; writer: string }>(
    (resolve, reject) => {
      tracker.child.once('message', (message) => resolve(message as never));
      void tracker.ended.then(() => reject(new Error(tracker.said.stderr)));
    },
  );
  return { ...tracker, ...listening, stream };
}

/** Everything on a stream, decoded. */
async function readStream(stream: string) {
  const client = kinesisClient({ region, endpoint: kinesis.url });
  const found = [];
  const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
  for (const { ShardId } of Shards) {
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
    for (const { Data, PartitionKey } of Records) {
      const inner = deaggregate(Data!) ?? [{ data: Data!, partitionKey: PartitionKey! }];
      found.push(...inner.map(({ data, partitionKey }) => decodeRecord(data, { partitionKey, region })));
    }
  }
  client.destroy();
  return {
    events: found.flatMap((record) => (record.kind === 'event' ? record.event : [])),
    statements: found.flatMap((record) => (record.kind === 'statement' ? record.statement : [])),
  };
}

/** The account that a tracker has printed at its end. */
function endOf({ said }: Pick<ReturnType<typeof run>, 'said'>) {
  const line = said.stdout.split('\n').find((text) => text.includes('"drain_ended"'));
  return JSON.parse(line!) as Readonly<Record<string, unknown>>;
}

const readiness = async (adminUrl: string) => (await fetch(`${adminUrl}/readyz`)).status;

describe('the tracker’s process', { timeout: 60_000 }, () => {
  test('refuses a bad configuration with 78, naming every bad variable as text', async () => {
    const { said, ended } = run({
      TRACKLINE_PORT: '70000',
      TRACKLINE_PROGRAM_CACHE_TTL_MS: '0',
      TRACKLINE_UNKNOWABLE: 'perhaps',
      TRACKLINE_TRUST_PROXY: '0.0.0.0/0',
      TRACKLINE_PROT: '8080',
    });
    expect(await ended).toBe(78);
    for (const name of [
      'AWS_REGION',
      'REDIS_URL',
      'TRACKLINE_EVENT_STREAM',
      'TRACKLINE_PORT',
      'TRACKLINE_PROGRAM_CACHE_TTL_MS',
      'TRACKLINE_UNKNOWABLE',
      'TRACKLINE_TRUST_PROXY',
      'TRACKLINE_PROT',
    ]) {
      expect(said.stderr).toMatch(new RegExp(`^  ${name}: `, 'm'));
    }
    expect(said.stderr).not.toContain('    at ');
    expect(said.stdout).toBe('');
  });

  test('refuses an address that only begins like one with 78, and never repeats a secret', async () => {
    const { said, ended } = run({
      AWS_REGION: region,
      AWS_ENDPOINT_URL_KINESIS: 'http://hunter2:99999',
      REDIS_URL: 'redis://user:hunter2@cache.example:99999',
      TRACKLINE_EVENT_STREAM: 'events',
      ...inMemory,
    });
    expect(await ended).toBe(78);
    for (const name of ['REDIS_URL', 'AWS_ENDPOINT_URL_KINESIS']) {
      expect(said.stderr).toMatch(new RegExp(`^  ${name}: must be a URL`, 'm'));
    }
    expect(said.stderr).not.toContain('    at ');
    expect(said.stdout + said.stderr).not.toContain('hunter2');
  });

  test('serves, ships, and drains: not ready from the signal on, while calls are still answered', async () => {
    const tracker = await start({ TRACKLINE_DRAIN_DELAY_MS: '2500' });
    const { url, adminUrl, writer } = tracker;
    const line = await until('the log line', () =>
      tracker.said.stdout.split('\n').find((text) => text.includes('tracker_listening')),
    );
    const instance = 'tracker-under-test';
    expect(JSON.parse(line)).toMatchObject({ event: 'tracker_listening', url, adminUrl, writer, instance });
    await until('the tracker to be ready', async () => (await readiness(adminUrl)) === 200);
    const before = await fetch(`${url}/v1/impression/aurora-shoes`);
    expect(before.headers.get('x-tracking-verdict')).toBe('accepted');
    expect(before.headers.get('connection')).not.toBe('close');

    tracker.child.kill('SIGTERM');
    // A terminal and npm both send it.
    tracker.child.kill('SIGTERM');
    await until('the tracker to be unready', async () => (await readiness(adminUrl)) === 503);
    const during = await fetch(`${url}/v1/impression/aurora-shoes`);
    expect(during.headers.get('x-tracking-verdict')).toBe('accepted');
    expect(during.headers.get('connection')).toBe('close');
    expect(await readiness(adminUrl)).toBe(503);

    expect(await tracker.ended).toBe(0);
    const { events, statements } = await readStream(tracker.stream);
    expect(events.map(({ sequence }) => sequence).toSorted()).toEqual([1, 2]);
    expect(events.every((event) => event.writer === writer)).toBe(true);
    const inTime = statements.toSorted((a, b) => a.atMs - b.atMs);
    expect(inTime[0]).toMatchObject({ writer, acceptedThrough: 0, final: false });
    expect(inTime.at(-1)).toMatchObject({ writer, acceptedThrough: 2, lost: 0, final: true });
    expect(inTime.filter(({ final }) => final)).toHaveLength(1);
    const account = { writer, acceptedThrough: 2, sentThrough: 2, leftOnDisk: 0, lost: 0, rejected: 0 };
    expect(endOf(tracker)).toMatchObject({ ...account, shed: 0, ignored: 0, lastStatementSent: true });
    expect(tracker.said.stderr).toBe('');
  });

  test('is not ready before its cache was coherent, and takes impressions flagged meanwhile', async () => {
    const tracker = await start({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect(await readiness(tracker.adminUrl)).toBe(503);
    const impression = await fetch(`${tracker.url}/v1/impression/aurora-shoes`);
    expect(impression.headers.get('x-tracking-verdict')).toBe('accepted');
    const click = await fetch(`${tracker.url}/v1/click/aurora-shoes`);
    expect(click.status).toBe(503);
    tracker.child.kill('SIGINT');
    expect(await tracker.ended).toBe(0);
    const { events } = await readStream(tracker.stream);
    expect(events).toMatchObject([{ type: 'impression', unverified: true, programVersion: 0 }]);
  });

  test('drains when the process that started it is gone', async () => {
    const tracker = await start();
    await fetch(`${tracker.url}/v1/impression/aurora-shoes`);
    tracker.child.disconnect();
    expect(await tracker.ended).toBe(0);
    const { events, statements } = await readStream(tracker.stream);
    expect(events).toHaveLength(1);
    expect(statements.some(({ final, acceptedThrough }) => final && acceptedThrough === 1)).toBe(true);
  });

  test('leaves to its disk what the stream does not take, ends with 0, and the next one sends it', async () => {
    const onDisk = {
      TRACKLINE_SPOOL_DIR: join(folder, 'spool'),
      TRACKLINE_DURABILITY_IMPRESSION: 'disk',
      TRACKLINE_DURABILITY_CLICK: 'memory',
      TRACKLINE_DURABILITY_TRANSACTION: 'stream',
    };
    const noStream = { AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1' };
    const before = await start({ ...onDisk, ...noStream });
    await until('the tracker to be ready', async () => (await readiness(before.adminUrl)) === 200);
    const get = (path: string) => fetch(`${before.url}${path}`, { redirect: 'manual' });
    const order = 'order_id=o-1&amount=1&currency=EUR';
    expect((await get('/v1/impression/aurora-shoes')).status).toBe(200);
    expect((await get('/v1/click/aurora-shoes')).status).toBe(302);
    const unconfirmed = await get(`/v1/transaction/aurora-shoes?${order}`);
    expect(unconfirmed.status).toBe(503);
    expect(unconfirmed.headers.get('x-tracking-verdict')).toBe('shed; reason=stream_unconfirmed');
    before.child.kill('SIGTERM');
    expect(await before.ended).toBe(0);
    expect(endOf(before)).toMatchObject({
      acceptedThrough: 3,
      sentThrough: 0,
      leftOnDisk: 3,
      lost: 0,
      shed: 1,
      lastStatementSent: false,
    });

    const { writer } = before;
    const after = await start(onDisk);
    expect(after.writer).toBe(writer);
    const events = await until('the events', async () => {
      const found = (await readStream(after.stream)).events;
      return found.length === 3 && found;
    });
    const inOrder = events.toSorted((a, b) => a.sequence - b.sequence);
    expect(inOrder.map(({ type }) => type)).toEqual(['impression', 'click', 'transaction']);
    after.child.kill('SIGTERM');
    expect(await after.ended).toBe(0);
    expect(endOf(after)).toMatchObject({
      writer,
      acceptedThrough: 3,
      sentThrough: 3,
      leftOnDisk: 0,
      lost: 0,
    });
  });

  test('a second signal, later, ends it at once, and it says what is lost', async () => {
    const tracker = await start({
      AWS_ENDPOINT_URL_KINESIS: 'http://127.0.0.1:1',
      TRACKLINE_DRAIN_DELAY_MS: '60000',
    });
    await fetch(`${tracker.url}/v1/impression/aurora-shoes`);
    await interruptTwice(tracker);
    expect(await tracker.ended).toBe(1);
    expect(tracker.said.stdout).toContain('"event":"events_lost","events":1');
  });

  test('…also where the stream takes calls and never answers them', async () => {
    const hanging = createServer((socket) => void socket.on('error', () => {}).resume());
    hanging.listen(0, '127.0.0.1');
    await once(hanging, 'listening');
    onTestFinished(() => void hanging.close());
    const tracker = await start({
      AWS_ENDPOINT_URL_KINESIS: `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`,
      TRACKLINE_DRAIN_DELAY_MS: '60000',
    });
    await fetch(`${tracker.url}/v1/impression/aurora-shoes`);
    await interruptTwice(tracker);
    expect(await tracker.ended).toBe(1);
    // It did not hear them out.
    expect(tracker.said.stdout).toContain('"event":"drain_cut_short"');
    expect(tracker.said.stdout).not.toContain('"event":"drain_ended"');
    expect(tracker.said.stdout).toContain('"event":"events_lost","events":1');
  });

  test('has no workers that SIGUSR2 could restart: it says so, and goes on', async () => {
    const tracker = await start();
    tracker.child.kill('SIGUSR2');
    await until('the log line', () => tracker.said.stdout.includes('"restart_ignored"'));
    expect((await fetch(`${tracker.adminUrl}/livez`)).status).toBe(200);
    tracker.child.kill('SIGTERM');
    expect(await tracker.ended).toBe(0);
  });

  test('says in one line that a port is taken', async () => {
    const tracker = await start();
    const { said, ended } = run({
      AWS_REGION: region,
      REDIS_URL: redis.url,
      TRACKLINE_EVENT_STREAM: 'events',
      ...inMemory,
      TRACKLINE_PORT: new URL(tracker.url).port,
      TRACKLINE_ADMIN_PORT: '0',
    });
    expect(await ended).toBe(1);
    expect(said.stderr).toMatch(/^.*EADDRINUSE.*TRACKLINE_PORT.*\n$/);
  });
});
