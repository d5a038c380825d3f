import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type OwnStack, startOwnStack } from '../../loadtest/stack/own-stack.ts';
import { malformed } from '../helpers/malformed-xml.ts';
import { ownEnvironment, repositoryRoot } from '../helpers/stack.ts';
import { processesOf } from '../helpers/stack-processes.ts';
import { until } from '../helpers/until.ts';

/** `npm run loadtest`, as somebody runs it. */
function loadtest(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-loadtest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const report = join(folder, 'report.html');
  const command = ['--import', 'tsx', 'loadtest/main.ts', '--report', report, ...args];
  const child = spawn(process.execPath, command, { cwd: repositoryRoot, env: ownEnvironment() });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, ended, said: () => said, report: () => readFileSync(report, 'utf8') };
}

const short = ['--rate', '200', '--duration', '1.5', '--warm-up', '0.2', '--seed', '11'];

test('a load on a stack of its own is audited, reported, and leaves nothing behind', async () => {
  const load = loadtest(...short, '--scenario', 'mixed', '--programs', '10', '--profile');
  expect(await load.ended, load.said()).toBe(0);
  expect(load.said()).toMatch(/The audit holds: \d+ comparisons/);
  const folder = join(repositoryRoot, '.local', 'loadtest', `run-${load.child.pid}`);
  expect(existsSync(folder)).toBe(false);
  expect(processesOf(folder)).toEqual([]);
  const html = load.report();
  expect(html).toContain('class="verdict good"');
  // Nothing is loaded from elsewhere, nor named that is of this machine.
  expect(html).not.toMatch(/(?:src|href)="|@import|url\(/);
  expect(html).not.toContain(repositoryRoot);
  const charts = html.match(/<svg [\s\S]*?<\/svg>/g)!;
  expect(charts).toHaveLength(10);
  expect(charts.map(malformed)).toEqual(charts.map(() => null));
  expect(charts.filter((chart) => chart.includes('nothing was measured'))).toEqual([]);
  expect(charts.at(-1)).toContain('services/tracker/');
});

describe('a load on a stack that runs already', () => {
  let stack: OwnStack;
  let state: string;
  beforeAll(async () => {
    state = mkdtempSync(join(tmpdir(), 'trackline-loadtest-'));
    const folder = join(state, 'stack');
    stack = await startOwnStack({ folder, programs: 10, trackers: 1, profile: false, say: () => {} });
  });
  afterAll(async () => {
    await stack?.stop();
    rmSync(state, { recursive: true, force: true });
  });
  const against = () => [
    '--url',
    stack.file.trackerUrl,
    '--stack',
    join(state, 'stack', 'state', 'stack.json'),
  ];

  test('is audited by what it adds, whatever was there', async () => {
    await fetch(`${stack.file.trackerUrl}/v1/impression/load-00001`);
    const load = loadtest(...short, ...against());
    expect(await load.ended, load.said()).toBe(0);
  });

  test('fails where there is an event that none of its clients sent', async () => {
    const load = loadtest(...short, ...against());
    const stranger = setInterval(() => {
      if (load.said().includes('Auditing')) clearInterval(stranger);
      else
        void fetch(`${stack.file.trackerUrl}/v1/impression/load-00001`).then((answer) =>
          answer.arrayBuffer(),
        );
    }, 100);
    expect(await load.ended, load.said()).toBe(1);
    expect(load.said()).toContain('THE AUDIT FAILS');
    expect(load.said()).toMatch(/impressions in the table: [\d,]+ expected, [\d,]+ found/);
    expect(load.report()).toContain('class="verdict bad"');
  });

  test('ended by Ctrl-C, it audits what there was so far', async () => {
    const load = loadtest('--rate', '100', '--duration', '600', ...against());
    await until('the load to run', () => /\d calls due/.test(load.said()));
    load.child.kill('SIGINT');
    expect(await load.ended, load.said()).toBe(0);
    expect(load.report()).toContain('Ended by hand');
  });

  test('without the stack’s file it says that nothing can be audited', async () => {
    const load = loadtest(...short, '--url', stack.file.trackerUrl, '--program', 'load-00001');
    expect(await load.ended, load.said()).toBe(0);
    expect(load.said()).toContain('NOT AUDITED');
    expect(load.report()).toContain('class="verdict none"');
  });

  test('where nobody listens, it says so, and what to do', async () => {
    const load = loadtest(...short, '--url', 'http://127.0.0.1:1');
    expect(await load.ended).toBe(3);
    expect(load.said()).toMatch(/Nobody answers at .* "npm start" starts one/);
  });
});
