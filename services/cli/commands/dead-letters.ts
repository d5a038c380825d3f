import type { DeadLetterSummary } from '@trackline/adapters/event-store/dead-letters';
import { reasons } from '@trackline/domain/verdict';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { decodeLetter, describeParts, kindOfReason } from '../decode-letter.ts';
import { Failure } from '../failure.ts';
import { hexDump } from '../hex-dump.ts';
import { limits } from '../limits.ts';
import { type Cell, clip, count, pairs, table } from '../table.ts';
import { dayOf, iso, shortIso } from '../time.ts';

export interface ListOptions {
  /** UTC. */
  readonly day?: string | undefined;
  /** Leaves out what was replayed. */
  readonly open?: boolean | undefined;
}

/** `dead-letters list`: what arrived on one UTC day and could not be processed, oldest first. */
export async function deadLettersList(
  { parts, clock }: Context,
  { open = false, ...options }: ListOptions,
): Promise<Answer> {
  const day = options.day ?? dayOf(clock.wallMs());
  const letters: DeadLetterSummary[] = [];
  for await (const letter of (await parts.deadLetters()).list(day)) {
    if (!(open && letter.replayedAtMs !== null)) letters.push(letter);
  }
  letters.sort((a, b) => a.origin.arrivedAtMs - b.origin.arrivedAtMs || (a.id < b.id ? -1 : 1));
  return {
    json: { day, deadLetters: letters.map(summaryJson) },
    text: (columns) =>
      letters.length > 0
        ? letterTable(letters, columns)
        : `No ${open ? 'open ' : ''}dead letters on ${day} (UTC).`,
  };
}

/**
 * `dead-letters show ID`: why it is one, where it came from, its bytes, and what they say where they say
 * something.
 */
export async function deadLettersShow(
  { parts }: Context,
  id: string,
  { full }: { readonly full: boolean },
): Promise<Answer> {
  const letter = await (await parts.deadLetters()).get(id);
  if (letter === null) throw noLetter(id);
  const decoded = decodeLetter(kindOfReason(letter.reason), letter.bytes, letter.origin);
  return {
    json: { ...summaryJson(letter), bytes: Buffer.from(letter.bytes).toString('base64'), decoded },
    text: () =>
      [
        pairs([
          ['id', letter.id],
          ['reason', `${letter.reason}: ${words(letter.reason)}`],
          ['detail', letter.detail],
          ...originPairs(letter),
          ['replayed at', letter.replayedAtMs === null ? 'open' : iso(letter.replayedAtMs)],
          ['size', `${count(letter.size)} bytes`],
        ]),
        ...describeParts(decoded, full),
        hexDump(letter.bytes, full ? Infinity : limits.hexBytesShown),
      ].join('\n\n'),
  };
}

export function noLetter(id: string): Failure {
  return new Failure(`There is no dead letter ${id}. "trackline dead-letters list" names those of a day.`);
}

/** The reason in words. A letter may have been written by a build that knows more reasons. */
function words(reason: string): string {
  const entry = reasons[reason as keyof typeof reasons] as { readonly words: string } | undefined;
  return entry?.words ?? 'A reason that this version of trackline does not know.';
}

function summaryJson({ id, reason, detail, size, replayedAtMs, ...letter }: DeadLetterSummary) {
  const { arrivedAtMs, ...rest } = letter.origin;
  const origin = { ...rest, arrivedAt: iso(arrivedAtMs) };
  const replayedAt = replayedAtMs && iso(replayedAtMs);
  return { id, reason, words: words(reason), detail, size, replayedAt, origin };
}

function letterTable(letters: readonly DeadLetterSummary[], columns: number): string {
  const rows = letters.map(({ id, reason, detail, size, origin, replayedAtMs }): Cell[] => [
    id,
    shortIso(origin.arrivedAtMs),
    origin.stream,
    reason,
    size,
    replayedAtMs === null ? 'open' : shortIso(replayedAtMs),
    clip(detail, 60),
  ]);
  const heads = ['ID', 'ARRIVED AT', 'STREAM', 'REASON', 'BYTES', 'REPLAYED AT', { prose: 'DETAIL' }];
  return table(heads, rows, columns);
}

function originPairs({ origin }: DeadLetterSummary): [string, string][] {
  return [
    ['stream', origin.stream],
    ['shard', origin.shardId],
    ['sequence number', origin.sequenceNumber],
    ['place in the record', String(origin.index)],
    ['partition key', origin.partitionKey],
    ['arrived at', iso(origin.arrivedAtMs)],
  ];
}
