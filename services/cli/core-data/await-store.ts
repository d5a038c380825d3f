import type { ProgramStoreReader } from '@trackline/adapters/program-store/program-store';
import { type Clock, delay } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { mapBounded } from '../bounded.ts';
import { limits } from '../limits.ts';

type Fetched = Awaited<ReturnType<ProgramStoreReader['fetch']>>;

/**
 * What became of a version in the program store. arrived: the store has it. conflict: the store has this version with another content, which came
 * first. newer: the store has a newer one by now. unseen: not there in time, and what there is instead.
 */
export type Arrival =
  | { readonly kind: 'arrived' | 'conflict' }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'unseen'; readonly instead: string };

export interface AwaitOptions {
  readonly reader: ProgramStoreReader;
  readonly clock: Clock;
  /** Gives up when nothing has arrived for so long. */
  readonly timeoutMs: number;
  readonly onArrived?: (settled: number) => void;
}

/**
 * Waits until the program store has each of these versions, of which there is one for each program. One arrival for each, in order; never rejects.
 *
 * Updates arrive about in the order in which they were sent, so that only the first of those that are waited for are asked after; before giving up, all are.
 */
export async function awaitVersions(
  programs: readonly ProgramVersion[],
  { reader, clock, timeoutMs, onArrived }: AwaitOptions,
): Promise<readonly Arrival[]> {
  const arrivals = programs.map((): Arrival => ({ kind: 'unseen', instead: 'it was not asked' }));
  let waiting = [...programs.keys()];
  let pollMs: number = limits.storePollMinMs;
  let lastArrivalMs = clock.monotonicMs();
  for (;;) {
    const late = clock.monotonicMs() - lastArrivalMs >= timeoutMs;
    const asked = late ? waiting : waiting.slice(0, limits.storeAskedMax);
    await mapBounded(asked, limits.storeReadsMax, async (index) => {
      arrivals[index] = await look(programs[index]!, reader);
    });
    const before = waiting.length;
    waiting = waiting.filter((index) => arrivals[index]!.kind === 'unseen');
    const arrived = before - waiting.length;
    if (arrived > 0) {
      onArrived?.(programs.length - waiting.length);
      lastArrivalMs = clock.monotonicMs();
      pollMs = limits.storePollMinMs;
    }
    if (waiting.length === 0 || (late && arrived === 0)) return arrivals;
    if (arrived === asked.length) continue;
    await delay(clock, Math.min(pollMs, Math.max(0, lastArrivalMs + timeoutMs - clock.monotonicMs())));
    pollMs = Math.min(limits.storePollMaxMs, pollMs * 1.5);
  }
}

async function look(program: ProgramVersion, reader: ProgramStoreReader): Promise<Arrival> {
  try {
    return compare(program, await reader.fetch(program.id));
  } catch (error) {
    return { kind: 'unseen', instead: `it can't be asked (${(error as Error).message})` };
  }
}

/** What `fetched` says of `program`. A store without a generation is not built: no tracker asks it, whatever it holds. */
export function compare(program: ProgramVersion, { program: held, generation }: Fetched): Arrival {
  if (generation === null) return { kind: 'unseen', instead: 'it is not built' };
  if (held === null) return { kind: 'unseen', instead: 'it has no such program' };
  if (held.version > program.version) return { kind: 'newer', version: held.version };
  if (held.version < program.version) return { kind: 'unseen', instead: `it has version ${held.version}` };
  return { kind: formatUpdate(held) === formatUpdate(program) ? 'arrived' : 'conflict' };
}
