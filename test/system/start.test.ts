import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { tableReader } from '../helpers/event-table.ts';
import { type RunningStack, startStack, stateFolder } from '../helpers/stack.ts';
import { until } from '../helpers/until.ts';

const sample = 'aurora-shoes';

/**
 * What a stack leaves behind, and what it finds again; on the parts that the machine has, and on those that
 * npm alone gives.
 */
describe.each([
  ['the parts of this machine', []],
  ['npm-only parts', ['--redis', 'npm', '--dynamodb', 'dynalite']],
])('npm start on %s', (_, args) => {
  const state = stateFolder();
  afterAll(() => state.remove());

  test('a second start has the programs and the events of the first', async () => {
    const first = await startStack(state.path, args);
    onTestFinished(async () => void (await first.kill()));
    expect(first.output()).toMatch(/npx trackline program pause/);
    expect(Object.keys(first.file)).toEqual(
      expect.arrayContaining([
        'trackerUrl',
        'trackerUrls',
        'adminUrls',
        'kinesisEndpoint',
        'dynamodbEndpoint',
      ]),
    );
    expect(Object.keys(first.file.tables).toSorted()).toEqual([
      'deadLetters',
      'ledger',
      'programs',
      'trackingEvents',
      'transactions',
    ]);
    // DynamoDB Local can't be told where to listen, and says so.
    const said = /listens on every interface/.test(first.output());
    expect(await reachableFromElsewhere(first)).toEqual(said ? ['DynamoDB'] : []);
    expect(await first.trackline('program', 'pause', sample)).toMatchObject({ code: 0 });
    // Events that are still on their way when it is stopped count as well.
    const calls = Array.from({ length: 50 }, () =>
      fetch(`${first.file.trackerUrl}/v1/impression/borealis-travel`),
    );
    for (const reply of await Promise.all(calls))
      expect(reply.headers.get('x-tracking-verdict')).toBe('accepted');
    const ended = await first.stop();
    expect(ended.code).toBe(0);
    expect(ended.stderr).not.toMatch(/Error/);

    const second = await startStack(state.path, args);
    try {
      const reply = await fetch(`${second.file.trackerUrl}/v1/impression/${sample}`);
      expect(reply.headers.get('x-tracking-verdict')).toBe('rejected; reason=program_paused');
      const tables = tableReader(second.file);
      // What was still on the stream when the first was stopped, the second persists.
      await until('all events', async () => (await tables.messageIds()).length >= 50, 60_000);
      expect(await tables.messageIds()).toHaveLength(50);
      tables.close();
      const totals = await until('the ledger to balance', async () => {
        const { stdout } = await second.trackline('ledger', '--json');
        const shown = stdout === '' ? null : (JSON.parse(stdout).totals as Record<string, number>);
        return shown?.persisted === 50 && shown.pending === 0 ? shown : null;
      });
      expect(totals).toMatchObject({ persisted: 50, pending: 0, missing: 0, lost: 0 });
      expect((await second.trackline('ledger')).code).toBe(0);
    } finally {
      expect((await second.stop()).code).toBe(0);
    }
  });
});

/** An address that 127.0.0.1 is not; on Linux all of 127.0.0.0/8 is this machine. */
const otherAddress =
  process.platform === 'linux'
    ? '127.0.0.2'
    : Object.values(networkInterfaces())
        .flatMap((addresses) => addresses ?? [])
        .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

/** The parts that another interface than 127.0.0.1 leads to. */
async function reachableFromElsewhere({ file }: RunningStack): Promise<string[]> {
  const urls = {
    ...Object.fromEntries(file.trackerUrls.map((url, i) => [`tracker ${i + 1}`, url])),
    ...Object.fromEntries(file.adminUrls.map((url, i) => [`admin ${i + 1}`, url])),
    Kinesis: file.kinesisEndpoint,
    DynamoDB: file.dynamodbEndpoint,
    Redis: file.redisUrl,
  };
  const found: string[] = [];
  for (const [part, url] of Object.entries(urls)) {
    for (const host of [otherAddress, '::1']) {
      if (host !== undefined && (await answers(host, Number(new URL(url).port)))) found.push(part);
    }
  }
  return [...new Set(found)];
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
