import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { ownEnvironment, repositoryRoot } from '../helpers/stack.ts';

const folder = mkdtempSync(join(tmpdir(), 'trackline-bench-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bench = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...args], {
    cwd: repositoryRoot,
    env: ownEnvironment(),
  });

/** It reads CPU times where Linux has them. */
describe.skipIf(process.platform !== 'linux')('the bench', () => {
  test('measures the tracker beside others in one run, and tells which goals hold', async () => {
    const out = join(folder, 'figures.json');
    const only = 'pixel.memory,transaction.disk,sync';
    const { stdout, stderr } = await bench(
      '--quick',
      '--rounds=1',
      '--round-ms=100',
      '--only',
      only,
      '--out',
      out,
    );
    const figures = JSON.parse(readFileSync(out, 'utf8'));
    const contender = {
      cpuUs: expect.any(Number),
      rps: expect.any(Number),
      p999Us: expect.any(Number),
      rssMb: expect.any(Number),
      heapMb: expect.any(Number),
      voidRounds: 0,
    };
    expect(figures).toMatchObject({
      revision: expect.any(String),
      machine: { node: process.version, cores: expect.any(Number) },
      pixel: {
        bare: contender,
        fastify: contender,
        memory: { ...contender, cpuVsFastify: expect.any(Number), rpsVsBare: expect.any(Number) },
      },
      transaction: { disk: { ...contender, cpuVsFastify: expect.any(Number) } },
      sync: { fileSystem: expect.any(String), p99Us: expect.any(Number) },
    });
    expect(stdout).toMatch(/^(holds|misses) +must +pixel\.memory\.cpuVsFastify /m);
    // What is compared has to be the same.
    expect(stderr).not.toContain('answers otherwise');
    const { stdout: table } = await bench('--markdown', '--out', out);
    expect(table).toContain('`transaction.disk.cpuVsFastify`');
  });

  test('says what is wrong with its options', async () => {
    const refused = await bench('--only', 'everything').catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('everything') });
  });
});
