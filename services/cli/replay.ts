import type { StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import { putUntilTaken } from '@trackline/adapters/event-stream/put-until-taken';
import type { SourcePart } from '@trackline/adapters/kinesis-records/kinesis-records';
import { mapBounded } from '@trackline/domain/bounded';
import { turns } from '@trackline/domain/turns';
import { deaggregate } from '@trackline/proto/kpl';
import type { Context } from './context.ts';
import { limits } from './limits.ts';
import { count } from './table.ts';

/** A dead letter or a batch that was given up, as something to be put back. */
export interface Replayable {
  /** As `dead-letters list` names it. */
  readonly id: string;
  readonly replayedAtMs: number | null;
  /** Its records, whole, and where they came from; all of one stream. */
  load(): Promise<readonly SourcePart[]>;
  /** Notes that all of it is on its stream again. */
  mark(replayedAtMs: number): Promise<void>;
}

/** replayed: its stream has it, or would have it in a dry run. skipped: it was replayed before. */
export type ReplayOutcome = 'replayed' | 'skipped' | 'failed';

export interface Replayed {
  readonly id: string;
  readonly outcome: ReplayOutcome;
  /** Why it failed, for a person; else ''. */
  readonly detail: string;
}

export interface ReplayOptions {
  /** Also what was replayed before. */
  readonly again: boolean;
  readonly dryRun: boolean;
  /** Records. */
  readonly perSecondMax: number;
}

/**
 * Puts records back onto the streams that they came from, as they were, and notes that. One that its stream has and
 * that could not be noted comes again the next time, which is harmless: what stores them absorbs repetitions. Where
 * a stream takes nothing any more, the rest is not tried.
 *
 * @returns what became of each, in order
 */
export async function replay(
  { parts, clock, random, progress }: Context,
  items: readonly Replayable[],
  { again, dryRun, perSecondMax }: ReplayOptions,
): Promise<readonly Replayed[]> {
  const turn = turns(clock, perSecondMax);
  let stoppedBy: string | null = null;
  let done = 0;

  async function one(item: Replayable): Promise<Replayed> {
    const told = (outcome: ReplayOutcome, detail = '') => ({ id: item.id, outcome, detail });
    if (item.replayedAtMs !== null && !again) return told('skipped');
    if (dryRun) return told('replayed');
    if (stoppedBy !== null) return told('failed', `not tried, since the stream takes nothing: ${stoppedBy}`);
    const sources = await item.load();
    await turn(sources.length);
    const stream = await parts.stream(sources[0]!.origin.stream);
    const outcomes = await putUntilTaken(
      sources.map((source) => recordOf(source, item.id)),
      { stream, clock, random, giveUpAfterMs: limits.replayGiveUpMs },
    );
    for (const outcome of outcomes) {
      if (outcome.ok) continue;
      if (outcome.retriable) stoppedBy = outcome.code;
      return told('failed', `the stream ${sources[0]!.origin.stream}: ${outcome.code}`);
    }
    await item.mark(clock.wallMs());
    return told('replayed');
  }

  return mapBounded(items, limits.replaysAtOnce, async (item) => {
    const replayed = await one(item);
    progress(`${count(++done)} of ${count(items.length)} looked after`);
    return replayed;
  });
}

/**
 * A record as it was put at first, as far as can be told: an aggregate goes where its inner records say that they
 * belong, or other readers of the stream would leave them out.
 */
function recordOf({ bytes, origin }: SourcePart, id: string): StreamRecord {
  const explicitHashKey = deaggregate(bytes)?.[0]?.explicitHashKey ?? undefined;
  return {
    data: bytes,
    // A record inside an aggregate may have had none; Kinesis wants one.
    partitionKey: origin.partitionKey || id.slice(0, partitionKeyLengthMax),
    ...(explicitHashKey !== undefined && { explicitHashKey }),
  };
}

const partitionKeyLengthMax = 256;
