import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { sendUpdates } from '@trackline/adapters/event-stream/send-updates';
import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import { systemClock as clock } from '@trackline/domain/clock';
import { freezeProgram, type Program } from '@trackline/domain/program';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { pause } from '../../test/helpers/pause.ts';
import type { FreshStack } from './fresh-stack.ts';

/** How long the tracker may need to decide on an update until that counts as never. */
const decidedInMsMax = 15_000;
/** Between two calls by which it is found out whether the update is decided upon. */
const askEveryMs = 5;

export interface UpdateFreshness {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly updates: number;
}

/**
 * How long after the core-data stream has a new version of a program the tracker decides on it; at most 5 ms and a
 * call too high. Programs change side by side, each of them one version after the other.
 *
 * @throws Error where the stream does not take an update, or the tracker does not decide on it within 15 s
 */
export async function updateFreshness(fresh: FreshStack, updates: number): Promise<UpdateFreshness> {
  const { kinesisEndpoint: endpoint, coreDataStream: streamName, region } = fresh.stack;
  const stream = connectKinesisEventStream({ region, endpoint, streamName, requestTimeoutMs: 5_000 });
  const options = { stream, clock, random: Math.random, giveUpAfterMs: 10_000 };
  try {
    return await freshnessOf(fresh, { updates, askEveryMs, fromMs: 'done' }, async (version) => {
      const [error] = await sendUpdates([version], options);
      if (error) throw new Error(`The core-data stream did not take an update: ${error}`);
    });
  } finally {
    await stream.close();
  }
}

/**
 * How long after the command that announces it (`PUBLISH` in the store's script) the tracker decides on a new
 * version; a call too high. The command's own round trip is in it.
 *
 * @throws Error as `updateFreshness`
 */
export async function publishFreshness(fresh: FreshStack, updates: number): Promise<UpdateFreshness> {
  const store = connectProgramStoreWriter({ url: fresh.stack.redisUrl, commandTimeoutMs: 2_000 });
  const one = { ...fresh, programs: fresh.programs.slice(0, 1) };
  try {
    return await freshnessOf(one, { updates, askEveryMs: 0, fromMs: 'begun' }, async (version) => {
      const outcome = await store.apply(version);
      if (outcome !== 'applied') throw new Error(`The program store did not take an update: ${outcome}`);
    });
  } finally {
    await store.close();
  }
}

interface Plan {
  readonly updates: number;
  readonly askEveryMs: number;
  /** Whether time runs from before `change`, or from its end. */
  readonly fromMs: 'begun' | 'done';
}

async function freshnessOf(
  { programs, calls }: FreshStack,
  { updates, askEveryMs, fromMs }: Plan,
  change: (version: Program) => Promise<void>,
): Promise<UpdateFreshness> {
  const tookMs: number[] = [];
  const each = Math.ceil(updates / programs.length);
  await Promise.all(
    programs.map(async (program) => {
      let { version, status } = latest.get(program.id) ?? program;
      for (let n = 0; n < each; n++) {
        status = status === 'active' ? 'paused' : 'active';
        const begunMs = performance.now();
        const next = freezeProgram({ ...program, version: ++version, status });
        await change(next);
        latest.set(program.id, next);
        const sinceMs = fromMs === 'begun' ? begunMs : performance.now();
        await decidedAs(program.id, status === 'active' ? 200 : 410);
        tookMs.push(performance.now() - sinceMs);
      }
    }),
  );
  return { p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99), updates: tookMs.length };

  async function decidedAs(programId: string, status: number): Promise<void> {
    const endMs = performance.now() + decidedInMsMax;
    while ((await calls.decide(programId)).status !== status) {
      if (performance.now() > endMs)
        throw new Error(`The tracker never decided on an update of ${programId}.`);
      if (askEveryMs > 0) await pause(askEveryMs);
    }
  }
}

/** The versions that were made so far in this process, by program. */
const latest = new Map<string, Program>();
