import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackFile } from '@trackline/local/stack-file';
import { afterAll, describe, expect, test } from 'vitest';
import { tableReader } from '../helpers/event-table.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { ownEnvironment, repositoryRoot, startStack, stateFolder } from '../helpers/stack.ts';
import { until } from '../helpers/until.ts';

const sample = 'aurora-shoes';

/** What a stack leaves behind, and what it finds again; on the parts that the machine has, and on those that npm alone gives. */
describe.each([
  ['the parts of this machine', []],
  ['npm-only parts', ['--redis', 'npm', '--dynamodb', 'dynalite']],
])('npm start on %s', (_, args) => {
  const state = stateFolder();
  afterAll(() => state.remove());

  test('a second start has the programs and the events of the first', async () => {
    const first = await startStack(state.path, args);
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

const noPty =
  process.platform === 'linux' && existsSync('/usr/bin/script') ? null : 'it needs script(1) of util-linux';

describe.skipIf(skipWithout('a pseudo-terminal', noPty))('npm start in a terminal', () => {
  const state = stateFolder();
  afterAll(() => state.remove());

  test('Ctrl-C ends it with 0, and leaves no process', async () => {
    // `exec`: a shell that stayed in between would get the Ctrl-C as well, and end with a code of its own.
    const command = `exec npm start -- --state ${state.path}`;
    const terminal = spawn('script', ['-qefc', command, '/dev/null'], {
      cwd: repositoryRoot,
      env: { ...ownEnvironment(), SHELL: '/bin/sh', TRACKLINE_PORT: '0', TRACKLINE_ADMIN_PORT: '0' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let screen = '';
    terminal.stdout.on('data', (chunk: Buffer) => {
      screen += chunk.toString();
    });
    const ended = new Promise<number | null>((resolve) => terminal.on('close', resolve));
    await until('it to be ready', () => /Ctrl-C ends it/.test(screen), 90_000);
    const started = await processesOf(state.path);
    expect(started.length).toBeGreaterThan(0);

    terminal.stdin.write('\x03');
    expect(await ended, screen).toBe(0);
    expect(screen).toMatch(/Stopped\./);
    await until('its processes to be gone', async () => (await processesOf(state.path)).length === 0, 30_000);
  });

  test('a stack that is killed takes its parts along', async () => {
    const stack = await startStack(state.path);
    const before = await processesOf(state.path);
    expect(before.length).toBeGreaterThan(1);
    await stack.kill();
    await until('its processes to be gone', async () => (await processesOf(state.path)).length === 0, 30_000);
  });
});

/** The processes that have the state folder in their command line or in their environment. */
async function processesOf(folder: string): Promise<string[]> {
  const { readdir } = await import('node:fs/promises');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  const stack = existsSync(join(folder, 'stack.json'))
    ? (JSON.parse(readFileSync(join(folder, 'stack.json'), 'utf8')) as StackFile)
    : null;
  return pids.filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      return (
        command.includes(folder) || (stack !== null && environment.includes(`REDIS_URL=${stack.redisUrl}\0`))
      );
    } catch {
      return false;
    }
  });
}
