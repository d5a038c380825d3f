import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CpuProfile, flameGraph, readProfiles } from '../loadtest/report/flame-graph.ts';
import { figure, page } from '../loadtest/report/page.ts';
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
 * @returns the files of the profile, for Chromium's developer tools, and of its flame graph
 */
export async function profile(
  bench: Bench,
  name: string,
  bundleFile: string,
  roundMs: number,
): Promise<readonly string[]> {
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
  const graph = join(bench.home, 'profiles', `${name}.html`);
  await writeFile(graph, await pageOf(name, file));
  return [file, graph];
}

/** Its flame graph, as a page by itself. */
async function pageOf(name: string, file: string): Promise<string> {
  const read = readProfiles([JSON.parse(await readFile(file, 'utf8')) as CpuProfile]);
  const title = `${name}, CPU of one round`;
  return page(title, figure(flameGraph(title, read)));
}
