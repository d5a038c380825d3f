import type { ProgramStoreReader } from '@trackline/adapters/program-store/program-store';
import { mapBounded } from '@trackline/domain/bounded';
import { type Clock, delay } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { limits } from '../limits.ts';

type Fetched = Awaited<ReturnType<ProgramStoreReader['fetch']>>;

/**
 * What the program store says of a version.
 *
 * arrived: it has it. conflict: it has this version with another content, which came first. newer, older: it
 * has that version. absent: it has no such program. damaged: what it has is no program. not_built: it has no
 * generation, so no tracker asks it. unasked: it can't be asked, so nothing is known.
 */
export type Arrival =
  | { readonly kind: 'arrived' | 'conflict' | 'absent' | 'damaged' | 'not_built' }
  | { readonly kind: 'newer' | 'older'; readonly version: number }
  | { readonly kind: 'unasked'; readonly why: string };

/** Whether waiting longer changes nothing. */
export function isSettled({ kind }: Arrival): boolean {
  return kind === 'arrived' || kind === 'conflict' || kind === 'newer';
}

export interface AwaitOptions {
  readonly reader: ProgramStoreReader;
  readonly clock: Clock;
  /** Gives up when nothing has arrived for so long. */
  readonly timeoutMs: number;
  readonly onArrived?: (settled: number) => void;
}

/**
 * Waits until the program store has each of these versions, of which there is one for each program. One
 * arrival for each, in order; never rejects.
 *
 * Updates arrive about in the order in which they were sent, so that only the first of those that are waited
 * for are asked after; before giving up, all are.
 */
export async function awaitVersions(
  programs: readonly ProgramVersion[],
  { reader, clock, timeoutMs, onArrived }: AwaitOptions,
): Promise<readonly Arrival[]> {
  const arrivals = programs.map((): Arrival => ({ kind: 'unasked', why: 'there was no time' }));
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
    waiting = waiting.filter((index) => !isSettled(arrivals[index]!));
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
    return { kind: 'unasked', why: (error as Error).message };
  }
}

/** What `fetched` says of `program`. */
export function compare(program: ProgramVersion, { program: held, damaged, generation }: Fetched): Arrival {
  if (generation === null) return { kind: 'not_built' };
  if (held === null) return { kind: damaged ? 'damaged' : 'absent' };
  if (held.version > program.version) return { kind: 'newer', version: held.version };
  if (held.version < program.version) return { kind: 'older', version: held.version };
  return { kind: formatUpdate(held) === formatUpdate(program) ? 'arrived' : 'conflict' };
}

/** The same in words that complete "the program store …". */
export function inWords(arrival: Arrival): string {
  switch (arrival.kind) {
    case 'arrived':
      return 'has it';
    case 'conflict':
      return 'has another content of this version';
    case 'newer':
    case 'older':
      return `has version ${arrival.version}`;
    case 'absent':
      return 'has no such program';
    case 'damaged':
      return 'has something that is no program; "trackline program rebuild --force" mends it';
    case 'not_built':
      return 'is not built; "trackline program rebuild" builds it';
    case 'unasked':
      return `can't be asked: ${arrival.why}`;
  }
}
