import type { Statement } from '@trackline/domain/ledger';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { reasons } from '@trackline/domain/verdict';
import { formatUpdate, parseUpdate } from '@trackline/proto/core-data-update';
import { deaggregate } from '@trackline/proto/kpl';
import { decodeRecord, type RecordSource } from '@trackline/proto/tracking-event';
import { limits } from './limits.ts';
import { counted } from './table.ts';
import { visible, visibleJson, visibleLines } from './visible.ts';

/** What the bytes of a dead letter, or a part of them, turn out to be for this build. */
export type DecodedPart =
  | { readonly kind: 'update'; readonly update: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'event'; readonly event: RecordedEvent; readonly unknownFields: string | null }
  | { readonly kind: 'statement'; readonly statement: Statement }
  | { readonly kind: 'bad'; readonly reason: string; readonly detail: string };

/**
 * Decodes what can be decoded: a core-data update or its text; the event in a record, or each of those in an
 * aggregate. What a newer build wrote may be readable by now, so a letter is not assumed to be bad.
 *
 * @param at what the record was meant to be; null where nobody said
 * @param source where the record came from; what is inside an aggregate has a partition key of its own
 */
export function decodeLetter(
  at: RecordKind | null,
  bytes: Uint8Array,
  source: RecordSource,
): readonly DecodedPart[] {
  const kind = at ?? (parseUpdate(bytes).ok ? 'core-data-update' : 'event-record');
  if (kind === 'core-data-update') return [decodeUpdate(bytes)];
  const { partitionKey, region } = source;
  const records = deaggregate(bytes) ?? [{ data: bytes, partitionKey }];
  return records.map(({ data, partitionKey }) => decodeEventRecord(data, { partitionKey, region }));
}

export type RecordKind = 'event-record' | 'core-data-update';

/** What a record of this reason was meant to be; null for a reason that this build does not know. */
export function kindOfReason(reason: string): RecordKind | null {
  const entry = reasons[reason as keyof typeof reasons] as { readonly at: string } | undefined;
  return entry?.at === 'event-record' || entry?.at === 'core-data-update' ? entry.at : null;
}

function decodeUpdate(bytes: Uint8Array): DecodedPart {
  const parsed = parseUpdate(bytes);
  if (parsed.ok) return { kind: 'update', update: JSON.parse(formatUpdate(parsed.program)) };
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { kind: 'bad', reason: parsed.reason, detail: parsed.detail };
  }
}

function decodeEventRecord(bytes: Uint8Array, source: RecordSource): DecodedPart {
  const decoded = decodeRecord(bytes, source);
  if (decoded.kind !== 'event') return decoded;
  const { kind, event, unknownFields } = decoded;
  return { kind, event, unknownFields: unknownFields && Buffer.from(unknownFields).toString('base64') };
}

/**
 * The parts for people, in lines.
 *
 * @param full whether all is shown, however much it is
 */
export function describeParts(parts: readonly DecodedPart[], full: boolean): string[] {
  if (full) return parts.map(describe);
  const texts = parts.slice(0, limits.partsShown).map((part) => head(describe(part), limits.partCharsShown));
  const left = parts.length - texts.length;
  return left > 0 ? [...texts, `… and ${counted(left, 'more part')}; --full shows all.`] : texts;
}

function head(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  return `${text.slice(0, charsMax)}\n… and ${counted(text.length - charsMax, 'more character')}; --full shows all.`;
}

function describe(part: DecodedPart): string {
  switch (part.kind) {
    case 'text':
      return `It is text:\n${visibleLines(part.text)}`;
    case 'bad':
      return `It can't be decoded: ${part.reason}: ${visible(part.detail)}`;
    case 'update':
      return `It is a core-data update:\n${visibleJson(part.update)}`;
    case 'event':
      return `It is a tracking event:\n${visibleJson(part.event)}`;
    case 'statement':
      return `It is a statement:\n${visibleJson(part.statement)}`;
  }
}
