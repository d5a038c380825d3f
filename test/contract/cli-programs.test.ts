import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateStreamCommand, waitUntilStreamExists } from '@aws-sdk/client-kinesis';
import type { StackFile } from '@trackline/local/stack-file';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countStreamRecords } from '../helpers/event-stream-records.ts';
import { repositoryRoot } from '../helpers/stack.ts';
import { until } from '../helpers/until.ts';
import { CliStack, failure, run } from './cli-stack.ts';

const sample = 'aurora-shoes';
let cli: CliStack;

beforeAll(async () => {
  cli = await CliStack.start();
});
afterAll(() => cli?.stop());

const update = (id: string, version: number, name = id) =>
  JSON.stringify({ id, version, name, landingUrl: 'https://shop.example/' });

interface Got {
  readonly program: { readonly id: string; readonly version: number; readonly status?: string };
  readonly store: { readonly kind: string };
}
const get = (id: string) => cli.document<Got>('program', 'get', id);

test('help comes at once, and needs no system', async () => {
  const from = performance.now();
  const { code, stdout, stderr } = await run(['--help'], { cwd: cli.folder });
  process.stdout.write(`   trackline --help: ${(performance.now() - from).toFixed(0)} ms\n`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('Usage: trackline');
});

describe('programs', () => {
  test('the samples are listed, and importing them again changes nothing', async () => {
    const { programs } = await cli.document<{ programs: Got[] }>('program', 'list');
    const samples = JSON.parse(readFileSync(join(repositoryRoot, 'examples/programs.json'), 'utf8')) as {
      id: string;
    }[];
    expect(programs.map(({ program }) => program.id)).toEqual(samples.map(({ id }) => id).toSorted());
    const { counts } = await cli.document<{ counts: object }>('program', 'import', 'examples/programs.json');
    expect(counts).toMatchObject({ same: samples.length, stored: 0 });
    expect((await cli.trackline('program', 'list')).stdout).toMatch(/^aurora-shoes +2 +active /m);
  });

  test('pause, resume, delete and put go round, and each is in the store when the command ends', async () => {
    for (const [command, status] of [
      ['pause', 'paused'],
      ['resume', 'active'],
    ] as const) {
      expect(await cli.trackline('program', command, sample)).toMatchObject({ code: 0, stderr: '' });
      expect(await get(sample)).toMatchObject({ program: { status }, store: { kind: 'arrived' } });
    }
    expect(await cli.trackline('program', 'delete', 'dusk-games')).toMatchObject({ code: 0 });
    expect(await get('dusk-games')).toMatchObject({
      program: { version: 2, deleted: true },
      store: { kind: 'arrived' },
    });
    const again = JSON.stringify({ id: 'dusk-games', name: 'Dusk', landingUrl: 'https://games.example/' });
    expect(await run(['--stack', cli.path, 'program', 'put', '-'], { input: again })).toMatchObject({
      code: 0,
    });
    const { versions } = await cli.document<{ versions: Got[] }>('program', 'get', 'dusk-games', '--history');
    expect(versions.map(({ program }) => program.version)).toEqual([3, 2, 1]);
  });

  test('600 programs from standard input go in batches', async () => {
    const input = Array.from({ length: 600 }, (_, index) => update(`mass-${index}`, 7)).join('\n');
    const from = performance.now();
    const { code, stdout, stderr } = await run(['--stack', cli.path, 'program', 'import', '-'], { input });
    process.stdout.write(`   600 programs imported in ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '600 stored.\n', stderr: '' });
    expect(await get('mass-599')).toMatchObject({ program: { version: 7 }, store: { kind: 'arrived' } });
  });

  test('a bad file is refused whole, each bad line named', async () => {
    const file = join(cli.folder, 'bad.ndjson');
    writeFileSync(file, `${update('good-beside-bad', 1)}\n{"id":"b\\u0007"}\nnot json\n`);
    const { code, stdout, stderr } = await cli.trackline('program', 'import', file);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /2 bad, nothing was sent:\n {2}line 2: .*name is missing.*\n {2}line 3: .* JSON.*\n$/,
    );
    expect(await failure(cli.trackline('program', 'get', 'good-beside-bad'), 1)).toContain(
      'There is no program',
    );
  });

  test('an unknown program is an error in one line', async () => {
    expect(await failure(cli.trackline('program', 'pause', 'nope'), 1)).toBe(
      'There is no program nope. "trackline program list" names all.',
    );
  });

  test('a store that was emptied is rebuilt', async () => {
    const { program } = await get(sample);
    const redis = new Redis(cli.file.redisUrl);
    await redis.flushall();
    redis.disconnect();
    // The stack rebuilds it every minute, and may have been faster: either way it is built when the command
    // ends.
    await cli.document('program', 'rebuild');
    expect(await get(sample)).toMatchObject({ program, store: { kind: 'arrived' } });
  });
});

describe('when the updater does not get the update', () => {
  const idleStream = 'read-by-nobody';
  let idle: StackFile;
  let idleFile: string;

  beforeAll(async () => {
    await cli.kinesis.send(new CreateStreamCommand({ StreamName: idleStream, ShardCount: 1 }));
    await waitUntilStreamExists(
      { client: cli.kinesis, maxWaitTime: 20, minDelay: 1 },
      { StreamName: idleStream },
    );
    idle = { ...cli.file, coreDataStream: idleStream, eventStream: idleStream };
    idleFile = join(cli.folder, 'idle.json');
    writeFileSync(idleFile, JSON.stringify(idle));
  });

  test('the command says so after its time-out', async () => {
    const from = performance.now();
    const words = await failure(run(['--stack', idleFile, 'program', 'pause', sample, '--timeout', '1']), 1);
    expect(words).toMatch(
      /is not in the program store after 1 s: it has version \d+.*core-data updater running\?/,
    );
    expect(performance.now() - from).toBeGreaterThan(1_000);
    expect((await get(sample)).program.status).toBe('active');
  });

  test('with --no-wait the command is done when the stream has it', async () => {
    const before = await countStreamRecords(idle);
    const { code, stdout } = await run(['--stack', idleFile, 'program', 'pause', sample, '--no-wait']);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('will be paused') });
    expect(await countStreamRecords(idle)).toBe(before + 1);
  });

  test('somebody else’s content for the same version is a conflict', async () => {
    const { version } = (await get('cirrus-music')).program;
    const before = await countStreamRecords(idle);
    const resuming = run(['--stack', idleFile, 'program', 'resume', 'cirrus-music', '--timeout', '30']);
    await until(
      'the command to have sent its version',
      async () => (await countStreamRecords(idle)) > before,
    );
    await cli.put(
      cli.file.coreDataStream,
      'cirrus-music',
      Buffer.from(update('cirrus-music', version + 1, 'theirs')),
    );
    expect(await failure(resuming, 1)).toMatch(
      new RegExp(`^Conflict: version ${version + 1} of cirrus-music came from somebody else first`),
    );
  });
});

test('a system is found by the environment alone', async () => {
  const environment = {
    AWS_REGION: cli.file.region,
    AWS_ENDPOINT_URL_KINESIS: cli.file.kinesisEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: cli.file.dynamodbEndpoint,
    REDIS_URL: cli.file.redisUrl,
    TRACKLINE_STACK: '',
  };
  const { code, stdout, stderr } = await run(['program', 'get', sample], { cwd: cli.folder, environment });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^program store +has it$/m);
});

describe('mistakes', () => {
  test.each([
    ['no command', []],
    ['an unknown command', ['evnets']],
    ['an id that can’t be', ['program', 'get', 'a/b']],
    ['an option without its value', ['events', '--program']],
  ])('of usage exit with 2: %s', async (_, args) => {
    expect(await failure(cli.trackline(...args), 2)).toContain('--help');
  });

  test('of configuration exit with 78', async () => {
    const environment = { AWS_REGION: '', TRACKLINE_STACK: '' };
    expect(await failure(run(['ledger'], { cwd: cli.folder, environment }), 78)).toContain('npm start');
    expect(await failure(run(['ledger', '--stack', '/nowhere/stack.json']), 78)).toContain(
      '/nowhere/stack.json',
    );
  });

  test('a stack that does not run is said to be so', async () => {
    const dead = join(cli.folder, 'dead.json');
    writeFileSync(dead, JSON.stringify({ ...cli.file, dynamodbEndpoint: 'http://127.0.0.1:1' }));
    const words = await failure(run(['ledger'], { environment: { TRACKLINE_STACK: dead } }), 1);
    expect(words).toMatch(/^Nothing answers .*127\.0\.0\.1:1.*dead\.json names\? "npm start" starts it\.$/);
  });
});
