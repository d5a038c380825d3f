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

/** `dead-letters list`: what arrived on one UTC day and could not be processed, oldest first. */
export async function deadLettersList(
  { parts, clock }: Context,
  options: { readonly day?: string | undefined },
): Promise<Answer> {
  const day = options.day ?? dayOf(clock.wallMs());
  const letters: DeadLetterSummary[] = [];
  for await (const letter of (await parts.deadLetters()).list(day)) letters.push(letter);
  letters.sort((a, b) => a.origin.arrivedAtMs - b.origin.arrivedAtMs || (a.id < b.id ? -1 : 1));
  return {
    json: { day, deadLetters: letters.map(summaryJson) },
    text: (columns) =>
      letters.length > 0 ? letterTable(letters, columns) : `No dead letters on ${day} (UTC).`,
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
  if (letter === null) {
    throw new Failure(`There is no dead letter ${id}. "trackline dead-letters list" names those of a day.`);
  }
  const decoded = decodeLetter(kindOfReason(letter.reason), letter.bytes);
  return {
    json: { ...summaryJson(letter), bytes: Buffer.from(letter.bytes).toString('base64'), decoded },
    text: () =>
      [
        pairs([
          ['id', letter.id],
          ['reason', `${letter.reason}: ${words(letter.reason)}`],
          ['detail', letter.detail],
          ...originPairs(letter),
          ['size', `${count(letter.size)} bytes`],
        ]),
        ...describeParts(decoded, full),
        hexDump(letter.bytes, full ? Infinity : limits.hexBytesShown),
      ].join('\n\n'),
  };
}

/** The reason in words. A letter may have been written by a build that knows more reasons. */
function words(reason: string): string {
  const entry = reasons[reason as keyof typeof reasons] as { readonly words: string } | undefined;
  return entry?.words ?? 'A reason that this version of trackline does not know.';
}

function summaryJson({ id, reason, detail, size, origin }: DeadLetterSummary) {
  const { arrivedAtMs, ...rest } = origin;
  return { id, reason, words: words(reason), detail, size, origin: { ...rest, arrivedAt: iso(arrivedAtMs) } };
}

function letterTable(letters: readonly DeadLetterSummary[], columns: number): string {
  const rows = letters.map(({ id, reason, detail, size, origin }): Cell[] => [
    id,
    shortIso(origin.arrivedAtMs),
    origin.stream,
    reason,
    size,
    clip(detail, 60),
  ]);
  return table(['ID', 'ARRIVED AT', 'STREAM', 'REASON', 'BYTES', { prose: 'DETAIL' }], rows, columns);
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
