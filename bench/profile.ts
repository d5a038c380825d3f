import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { startTracker, type TrackerKind } from './contenders/tracker.ts';
import { measureRound } from './rounds/measure.ts';
import { callOnce } from './traffic/answer.ts';
import { requestsOf, type Scenario } from './traffic/requests.ts';

const everyUs = 200;

/**
 * One round of a tracker under V8's sampling profiler.
 *
 * @param name as of a contender, `pixel.memory`
 * @returns the profile's file, for Chromium's developer tools or a flame graph
 */
export async function profile(
  bench: Bench,
  name: string,
  bundleFile: string,
  roundMs: number,
): Promise<string> {
  const [scenario, kind] = name.split('.') as [Scenario, TrackerKind];
  const folder = join(bench.home, 'profiles', name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { contender } = await startTracker(bench, {
    name,
    kind,
    bundleFile,
    nodeOptions: ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-interval=${everyUs}`],
  });
  try {
    const requests = requestsOf(scenario, 64);
    const calls = { requests, answer: await callOnce(contender.url, requests[0]!) };
    const round = await measureRound(bench.client, contender, calls, roundMs);
    if ('void' in round) throw new Error(`${name} did not accept all calls: ${round.void}`);
  } finally {
    // It is written when the process ends.
    await contender.stop();
  }
  const [written] = await readdir(folder);
  const file = join(bench.home, 'profiles', `${name}.cpuprofile`);
  await rename(join(folder, written!), file);
  await rm(folder, { recursive: true });
  return file;
}
