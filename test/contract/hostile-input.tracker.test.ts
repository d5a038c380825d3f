import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys } from '@trackline/adapters/program-store/program-store';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock } from '@trackline/domain/clock';
import { TrackerProcess } from '@trackline/local/tracker-process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { callersMark, encoded, expectHarmlessLog, hostileTexts, wireBytes } from '../helpers/hostile-text.ts';
import { RawConnection } from '../helpers/raw-http.ts';
import { onRealRedis } from '../helpers/real-redis.ts';
import { startScriptedRedis } from '../helpers/scripted-redis.ts';
import { program } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';

/** What a tracker's log holds, byte for byte, when everybody who can say something to it says the worst. */

const secrets = {
  redis: 'r3dis p@ss/w0rd-that-nobody-guesses',
  aws: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  token: 'IQoJb3JpZ2luX2VjEXAMPLETOKEN',
  key: 'VGhpcyBpcyBub3QgYSBrZXkuIFRha2UgMzIgcmFuZG9tIGJ5dGVzLg==',
};
/** At the front of what is quoted in part, so that the worst of it is what is quoted. */
const worst = `\u009b\u202e\u2028\u007f\u001b[2J${hostileTexts.join('')}`;

/** Everything that a caller may say, with one hostile text in each place of a request. */
function requests(text: string): Buffer[] {
  const said = `${callersMark}${text}`;
  const bytes = wireBytes(said);
  const code = encoded(said);
  const request = (...parts: (string | Buffer)[]) =>
    Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const head = '\r\nHost: t.example\r\nConnection: close\r\n';
  const get = (path: string | Buffer) => request('GET ', path, ' HTTP/1.1', head, '\r\n');
  const post = (path: string, type: string, body: string | Buffer) =>
    request(
      `POST ${path} HTTP/1.1`,
      head,
      `Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
      body,
    );
  const event = {
    type: 'impression',
    programId: 'aurora-shoes',
    publisher: said,
    idempotencyKey: said,
    orderId: said,
    [said]: said,
    params: { [said]: said },
  };
  const headers = ['User-Agent', 'Referer', 'Cookie', 'X-Forwarded-For', 'Origin', 'Sec-Purpose', 'X-Any'];
  return [
    ...['impression', 'click', 'transaction', 'events'].flatMap((route) => [
      get(request(`/v1/${route}/`, bytes)),
      get(`/v1/${route}/${code}`),
      get(
        `/v1/${route}/aurora-shoes?publisher=${code}&url=${code}&sub1=${code}&${code}=${code}&gdpr=1&gdpr_consent=${code}`,
      ),
    ]),
    get(bytes),
    request(bytes, ' / HTTP/1.1', head, '\r\n'),
    ...headers.map((name) =>
      request('GET /v1/impression/aurora-shoes HTTP/1.1', head, `${name}: `, bytes, '\r\n\r\n'),
    ),
    request('GET /v1/impression/aurora-shoes HTTP/1.1\r\nHost: ', bytes, '\r\n\r\n'),
    post('/v1/transaction/aurora-shoes', 'application/json', JSON.stringify(event)),
    post(
      '/v1/transaction/aurora-shoes',
      'application/x-www-form-urlencoded',
      `order_id=${code}&${code}=${code}`,
    ),
    post('/v1/transaction/aurora-shoes', 'application/json', bytes),
    post('/v1/events', 'application/json', JSON.stringify([event, { ...event, programId: said }])),
    post('/v1/events', 'application/x-ndjson', request(JSON.stringify(event), '\n', bytes, '\n')),
    post('/v1/events', `text/plain; ${callersMark}`, bytes),
  ];
}

/** A stream that refuses the first statement and the first events under a hostile name, and takes all else. */
async function hostileStream(): Promise<string> {
  let calls = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      if (calls++ < 2) {
        response.writeHead(400).end(JSON.stringify({ __type: `Odd${worst}`, message: worst }));
        return;
      }
      const { Records } = JSON.parse(Buffer.concat(chunks).toString()) as { Records: unknown[] };
      const taken = Records.map(() => ({ SequenceNumber: '1', ShardId: 'shardId-000000000000' }));
      response.end(JSON.stringify({ FailedRecordCount: 0, Records: taken }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A tracker as a process, with secrets in its environment; its log, as it is now. */
async function startTracker(redisUrl: string) {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-hostile-'));
  const logFile = join(folder, 'tracker.log');
  const memory = ['IMPRESSION', 'CLICK', 'TRANSACTION'].map((type) => [
    `TRACKLINE_DURABILITY_${type}`,
    'memory',
  ]);
  const tracker = new TrackerProcess({
    environment: {
      PATH: process.env.PATH!,
      NODE_NO_WARNINGS: '1',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: secrets.aws,
      AWS_SESSION_TOKEN: secrets.token,
      AWS_ENDPOINT_URL_KINESIS: await hostileStream(),
      TRACKLINE_EVENT_STREAM: 'events',
      REDIS_URL: redisUrl,
      TRACKLINE_KEYRING: JSON.stringify({ k1: secrets.key }),
      TRACKLINE_TRUST_PROXY: '127.0.0.1',
      TRACKLINE_LOG_LEVEL: 'debug',
      TRACKLINE_PORT: '0',
      TRACKLINE_ADMIN_PORT: '0',
      TRACKLINE_DRAIN_DELAY_MS: '0',
      ...Object.fromEntries(memory),
    },
    logFile,
    lockFile: openSync(join(folder, 'lock'), 'w'),
    clock: systemClock,
    random: Math.random,
    onCrash: (code) => expect(code).toBe('no crash'),
  });
  onTestFinished(async () => {
    await tracker.stop();
    rmSync(folder, { recursive: true });
  });
  const { url } = await tracker.start();
  const log = () => readFileSync(logFile, 'utf8');
  return {
    tracker,
    url,
    log,
    logged: (event: string) => until(`the log line ${event}`, () => log().includes(`"event":"${event}"`)),
  };
}

async function say(url: string, bytes: Uint8Array): Promise<void> {
  const connection = await RawConnection.open(url);
  void connection.send(bytes);
  // A few are heard as the beginning of more that never comes.
  connection.finish();
  await connection.rest();
  connection.close();
}

describe('a tracker’s log', () => {
  onRealRedis((redis) => {
    test('has nothing that callers say, what others say as escapes, and no secret', async () => {
      const { client, url: redisUrl } = redis.server;
      const store = connectProgramStoreWriter({ url: redisUrl, commandTimeoutMs: 1_000 });
      await store.apply(program());
      await store.begin('generation-1');
      await store.seal('generation-1');
      await store.close();
      await client.hset(keys.program('damaged'), { version: '1', program: worst });
      await client.config('SET', 'requirepass', secrets.redis);
      onTestFinished(async () => void (await client.config('SET', 'requirepass', '')));
      const withPassword = `redis://:${encodeURIComponent(secrets.redis)}@${redisUrl.slice('redis://'.length)}`;

      const { tracker, url, log, logged } = await startTracker(withPassword);
      await logged('cache_coherent');
      for (const text of hostileTexts) for (const bytes of requests(text)) await say(url, bytes);
      await logged('statement_failed');
      await logged('put_failed');
      expect((await fetch(`${url}/v1/impression/damaged`)).status).toBe(200);
      await logged('program_damaged');
      await client.publish(keys.channel, worst);
      await logged('announcement_unreadable');
      // From here on the password is a wrong one.
      await client.config('SET', 'requirepass', 'another');
      await client.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await logged('cache_incoherent');
      await until('the refusal', () => log().includes('WRONGPASS') || log().includes('was closed'));
      expect((await fetch(`${url}/v1/impression/aurora-shoes`)).status).toBe(200);
      expect(await tracker.stop()).toBe(0);

      expectHarmlessLog(log(), Object.values(secrets));
      expect(log()).not.toContain(callersMark);
    });
  });

  test('tells the words of a Redis that is out of its mind as escapes', async () => {
    const redis = await startScriptedRedis();
    onTestFinished(() => redis.close());
    const { tracker, url, log, logged } = await startTracker(`redis://:pa55@127.0.0.1:${redis.port}`);
    await logged('cache_coherent');
    redis.failWith(`ERR ${worst.replaceAll(/[\r\n]/g, '')}`);
    await logged('cache_incoherent');
    expect((await fetch(`${url}/v1/click/aurora-shoes`)).status).toBe(503);
    await tracker.stop();
    expect(log()).toContain('\\u009b\\u202e\\u2028\\u007f\\u001b[2J');
    expectHarmlessLog(log(), ['pa55', ...Object.values(secrets)]);
  });
});
