import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { freePort } from '@trackline/local/parts/guarded-process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tableReader } from '../helpers/event-table.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { ownEnvironment, repositoryRoot, startStack, stateFolder } from '../helpers/stack.ts';
import { processesOf, stackFileOf } from '../helpers/stack-processes.ts';
import { until } from '../helpers/until.ts';

/** The ends of a stack and of its parts: asked for, suffered, and refused from the start. */

const onNpmParts = ['--redis', 'npm', '--dynamodb', 'dynalite'];

function aState(): string {
  const state = stateFolder();
  onTestFinished(() => state.remove());
  return state.path;
}

const goneFrom = (state: string) =>
  until('its processes to be gone', () => processesOf(state).length === 0, 30_000);

/** Starts a program, and listens to what it says. */
function launch(command: string, args: readonly string[], environment: Record<string, string>) {
  const child = spawn(command, args, {
    cwd: repositoryRoot,
    env: { ...ownEnvironment(), TRACKLINE_PORT: '0', TRACKLINE_ADMIN_PORT: '0', ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const said = { out: '', error: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    said.error += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  onTestFinished(() => void child.kill('SIGKILL'));
  return {
    child,
    said,
    ended,
    ready: () =>
      until(
        'it to be ready',
        () => {
          if (child.exitCode !== null) throw new Error(`It ended:\n${said.out}${said.error}`);
          return /Ctrl-C ends it/.test(said.out);
        },
        50_000,
      ),
  };
}

const launchStack = (
  state: string,
  environment: Record<string, string> = {},
  args: readonly string[] = onNpmParts,
) =>
  launch(
    process.execPath,
    ['--import', 'tsx', 'services/local/main.ts', '--state', state, ...args],
    environment,
  );

async function acceptedCalls(trackerUrl: string, count: number): Promise<void> {
  const calls = Array.from({ length: count }, () => fetch(`${trackerUrl}/v1/impression/borealis-travel`));
  for (const reply of await Promise.all(calls))
    expect(reply.headers.get('x-tracking-verdict')).toBe('accepted');
}

const noPty =
  process.platform === 'linux' && existsSync('/usr/bin/script') ? null : 'it needs script(1) of util-linux';

describe.skipIf(skipWithout('a pseudo-terminal', noPty))('npm start in a terminal', () => {
  async function inTerminal(state: string) {
    // `exec`: a shell that stayed in between would get the Ctrl-C as well, and end with a code of its own.
    const command = `exec npm start -- --state ${state}`;
    const terminal = launch('script', ['-qefc', command, '/dev/null'], { SHELL: '/bin/sh' });
    await terminal.ready();
    expect(processesOf(state).length).toBeGreaterThan(0);
    return terminal;
  }

  test('Ctrl-C ends it with 0, and when it has ended there is no process left', async () => {
    const state = aState();
    const terminal = await inTerminal(state);
    terminal.child.stdin.write('\x03');
    expect(await terminal.ended, terminal.said.out).toBe(0);
    expect(processesOf(state)).toEqual([]);
    expect(terminal.said.out).toMatch(/Stopped\./);
  });

  test('closing the terminal ends it in order, and every accepted event is kept', async () => {
    const state = aState();
    const terminal = await inTerminal(state);
    await acceptedCalls(stackFileOf(state)!.trackerUrl, 50);
    // With the terminal goes whoever would read what the stack says from now on.
    terminal.child.kill('SIGKILL');
    await goneFrom(state);
    const log = readFileSync(join(state, 'tracker-1.log'), 'utf8');
    expect(log).toMatch(/"drain_began".*"SIGTERM"/);

    const next = await startStack(state);
    onTestFinished(async () => void (await next.stop()));
    const tables = tableReader(next.file);
    onTestFinished(() => tables.close());
    await until('all events', async () => (await tables.messageIds()).length >= 50, 30_000);
    expect(await tables.messageIds()).toHaveLength(50);
  });
});

test('a stack that is killed takes its parts along', async () => {
  const state = aState();
  const stack = await startStack(state);
  expect(processesOf(state).length).toBeGreaterThan(1);
  await stack.kill();
  await goneFrom(state);
});

test('after a kill the next start waits for the trackers that drain on its ports', async () => {
  const state = aState();
  const ports = { TRACKLINE_PORT: String(await freePort()), TRACKLINE_ADMIN_PORT: String(await freePort()) };
  const first = launchStack(state, { ...ports, TRACKLINE_DRAIN_DELAY_MS: '5000' });
  await first.ready();
  first.child.kill('SIGKILL');
  await first.ended;

  const second = launchStack(state, ports);
  await second.ready();
  expect(second.said.out).toContain('still drain');
  expect(new URL(stackFileOf(state)!.trackerUrl).port).toBe(ports.TRACKLINE_PORT);
  await acceptedCalls(stackFileOf(state)!.trackerUrl, 1);
  second.child.kill('SIGTERM');
  expect(await second.ended).toBe(0);
});

test('a tracker that is killed is started again, on its ports', async () => {
  const state = aState();
  const stack = launchStack(state);
  await stack.ready();
  const { trackerUrl, adminUrls } = stackFileOf(state)!;
  const tracker = () => processesOf(state).find(({ command }) => command.includes('tracker/main.ts'));
  const killed = tracker()!.pid;
  process.kill(killed, 'SIGKILL');
  await until('another to be ready', async () => {
    const answer = await fetch(`${adminUrls[0]}/readyz`).catch(() => null);
    return answer?.ok && tracker()?.pid !== killed;
  });
  expect(stack.said.out).toContain('Tracker 1 ended (SIGKILL); it is started again.');
  await acceptedCalls(trackerUrl, 1);
  stack.child.kill('SIGTERM');
  expect(await stack.ended).toBe(0);
});

test('what is to be tried names the stack, where the command line would not find it by itself', async () => {
  const state = aState();
  const stack = launchStack(state);
  await stack.ready();
  expect(stack.said.out).toContain(
    `npx trackline events --program aurora-shoes --stack ${join(state, 'stack.json')}\n`,
  );
  stack.child.kill('SIGTERM');
  expect(await stack.ended).toBe(0);
});

describe('what keeps it from starting is told in one line', () => {
  test('a port that a stranger has', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    onTestFinished(() => void stranger.close());
    const port = String((stranger.address() as AddressInfo).port);
    const stack = launchStack(aState(), { TRACKLINE_PORT: port });
    expect(await stack.ended).toBe(1);
    expect(stack.said.error).toMatch(/^[^\n]*EADDRINUSE[^\n]*TRACKLINE_PORT[^\n]*\n$/);
    expect(stack.said.error).toContain(port);
  });

  test('checkpoints that are none', async () => {
    const state = aState();
    const file = join(state, 'checkpoints', 'event-consumer.json');
    mkdirSync(join(state, 'checkpoints'));
    writeFileSync(file, '{"shardId-0000');
    const stack = launchStack(state);
    expect(await stack.ended).toBe(1);
    expect(stack.said.error).toMatch(/^[^\n]+ holds no checkpoints\. Remove it[^\n]+\n$/);
    expect(stack.said.error).toContain(file);
    expect(processesOf(state)).toEqual([]);
  });

  test('another stack on its folder', async () => {
    const state = aState();
    const first = launchStack(state);
    await first.ready();
    const second = launchStack(state);
    expect(await second.ended).toBe(1);
    expect(second.said.error).toMatch(/^Another stack runs on [^\n]+\n$/);
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });

  test('a state of the other DynamoDB: it would look like an empty one', async () => {
    const state = aState();
    mkdirSync(join(state, 'dynamodb'));
    const stack = launchStack(state);
    expect(await stack.ended).toBe(1);
    expect(stack.said.error).toMatch(
      /^The state in [^\n]+ was made with DynamoDB Local, [^\n]+--state DIR[^\n]+\n$/,
    );
  });

  test('a Redis that is not there', async () => {
    const args = ['--dynamodb', 'dynalite'];
    const stack = launchStack(
      aState(),
      { REDIS_URL: `redis://:hunter2@127.0.0.1:${await freePort()}` },
      args,
    );
    expect(await stack.ended).toBe(1);
    expect(stack.said.error).toMatch(
      /^Redis can't be asked \(not connected: [^\n]*ECONNREFUSED[^\n]*REDIS_URL[^\n]*\n$/,
    );
    expect(stack.said.error).not.toContain('hunter2');
  });

  test.each([
    ['that is not there', null, /can't be read/],
    ['that is no array', '{}', /no JSON array/],
    ['with an entry that is no program', '[{"id":"a b"}]', /entry 1: .*id must be/],
  ])('a file of programs %s', async (_, content, told) => {
    const state = aState();
    const file = join(state, 'programs.json');
    if (content !== null) writeFileSync(file, content);
    const stack = launchStack(state, {}, [...onNpmParts, '--programs', file]);
    expect(await stack.ended).toBe(1);
    expect(stack.said.error).toMatch(told);
    expect(stack.said.error.trimEnd().split('\n')).toHaveLength(1);
  });

  test('a variable that no tracker knows, by the exit code of a bad configuration', async () => {
    const stack = launchStack(aState(), { TRACKLINE_SPOL_BYTES: '1' });
    expect(await stack.ended).toBe(78);
    expect(stack.said.error).toContain('TRACKLINE_SPOL_BYTES');
  });
});
