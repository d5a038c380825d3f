import type { DeadLetterSummary } from '@trackline/adapters/event-store/dead-letters';
import { reasons } from '@trackline/domain/verdict';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { type DecodedPart, decodeLetter } from '../decode-letter.ts';
import { Failure } from '../failure.ts';
import { hexDump } from '../hex-dump.ts';
import { limits } from '../limits.ts';
import { type Cell, clip, count, pairs, table } from '../table.ts';
import { dayOf, iso, shortIso } from '../time.ts';
import { visible, visibleLines } from '../visible.ts';

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
    text: () => (letters.length > 0 ? letterTable(letters) : `No dead letters on ${day} (UTC).`),
  };
}

/** `dead-letters show ID`: why it is one, where it came from, its bytes, and what they say where they say something. */
export async function deadLettersShow(
  { parts }: Context,
  id: string,
  { full }: { readonly full: boolean },
): Promise<Answer> {
  const letter = await (await parts.deadLetters()).get(id);
  if (letter === null) {
    throw new Failure(`There is no dead letter ${id}. "trackline dead-letters list" names those of a day.`);
  }
  const decoded = decodeLetter(letter.reason, letter.bytes);
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
        ...decoded.map(describePart),
        dump(letter.bytes, full),
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

function letterTable(letters: readonly DeadLetterSummary[]): string {
  const rows = letters.map(({ id, reason, detail, size, origin }): Cell[] => [
    id,
    shortIso(origin.arrivedAtMs),
    origin.stream,
    reason,
    size,
    clip(detail, 60),
  ]);
  return table(['ID', 'ARRIVED AT', 'STREAM', 'REASON', 'BYTES', 'DETAIL'], rows);
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

function describePart(part: DecodedPart): string {
  switch (part.kind) {
    case 'text':
      return `It is text:\n${visibleLines(part.text)}`;
    case 'bad':
      return `It can't be decoded: ${part.reason}: ${visible(part.detail)}`;
    case 'update':
      return `It is a core-data update:\n${JSON.stringify(part.update, null, 2)}`;
    case 'event':
      return `It is a tracking event:\n${JSON.stringify(part.event, null, 2)}`;
    case 'statement':
      return `It is a statement:\n${JSON.stringify(part.statement, null, 2)}`;
  }
}

function dump(bytes: Uint8Array, full: boolean): string {
  const shown = full ? bytes : bytes.subarray(0, limits.hexBytesShown);
  const rest = bytes.length - shown.length;
  return rest > 0 ? `${hexDump(shown)}\n… ${count(rest)} bytes more: --full shows them.` : hexDump(shown);
}
