import type { IncomingHttpHeaders } from 'node:http';
import type { CallReason } from '@trackline/domain/verdict';
import secureJson from 'secure-json-parse';
import type { Limits } from '../../limits.ts';
import { mayHoldMoreValues } from './json-values.ts';
import { faulty, type Parameters } from './parameters.ts';
import { parseQuery, readJson } from './read-parameters.ts';

/** What bodies may come as. `text/plain` is what `navigator.sendBeacon` makes of a string. */
export const bodyTypes = [
  'application/json',
  'application/x-ndjson',
  'application/x-www-form-urlencoded',
  'text/plain',
] as const;

export type Body<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: CallReason };

const utf8 = new TextDecoder('utf-8', { fatal: true });

type BodyLimits = Pick<Limits, 'eventBodyBytesMax' | 'eventValuesMax' | 'batchValuesMax' | 'batchEventsMax'>;

/** The one event of a body: a form, or a JSON object. */
export function readEventBody(
  headers: IncomingHttpHeaders,
  bytes: unknown,
  limits: BodyLimits,
): Body<Parameters> {
  const text = textOf(headers, bytes);
  if (!text.ok) return text;
  const type = mediaTypeOf(headers);
  if (type === 'application/x-www-form-urlencoded') return read(parseQuery(text.value));
  if (type === 'application/x-ndjson') return refused('media_type_unsupported');
  const json = parseJson(text.value, limits.eventValuesMax);
  return json.ok ? read(readJson(json.value)) : json;
}

/**
 * The events of a batch: a JSON array, one JSON object, or NDJSON; a form is one event. As plain text either of the
 * first three, told apart by how it begins. A line of NDJSON that can't be read spoils no other.
 */
export function readBatchBody(
  headers: IncomingHttpHeaders,
  bytes: unknown,
  limits: BodyLimits,
): Body<readonly Parameters[]> {
  const text = textOf(headers, bytes);
  if (!text.ok) return text;
  const type = mediaTypeOf(headers);
  if (type === 'application/x-www-form-urlencoded') {
    const isTooLarge = text.value.length > limits.eventBodyBytesMax;
    return isTooLarge ? refused('body_too_large') : read([parseQuery(text.value)]);
  }
  const isLines = type === 'application/x-ndjson' || (type === 'text/plain' && !/^\s*\[/.test(text.value));
  if (isLines) return readLines(text.value, limits);
  const json = parseJson(text.value, limits.batchValuesMax);
  if (!json.ok) return json;
  const values: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  const reason = refusedCount(values.length, limits.batchEventsMax);
  return reason === null ? read(values.map(readJson)) : refused(reason);
}

function readLines(
  text: string,
  { batchEventsMax, eventValuesMax }: BodyLimits,
): Body<readonly Parameters[]> {
  const lines = linesOf(text, batchEventsMax + 1);
  const reason = refusedCount(lines.length, batchEventsMax);
  if (reason !== null) return refused(reason);
  return read(
    lines.map((line) => {
      // To be told by JSON.parse that a line is none takes longer than to read a short one.
      if (!objectBegins.test(line) || !line.endsWith('}')) return faulty('body_malformed');
      const json = parseJson(line, eventValuesMax);
      // As itself, and not for its neighbours.
      return json.ok ? readJson(json.value) : faulty(json.reason);
    }),
  );
}

/** How every JSON object begins: with its end, or with the name of a member. */
const objectBegins = /^\{\s*(?:\}|"(?:[^"\\]|\\.)*"\s*:)/;

/** The lines that are not blank, `max` of them at most, without what surrounds them. */
function linesOf(text: string, max: number): readonly string[] {
  const lines: string[] = [];
  for (let from = 0; from < text.length && lines.length < max; ) {
    let to = text.indexOf('\n', from);
    if (to === -1) to = text.length;
    const line = to > from ? text.slice(from, to).trim() : '';
    if (line !== '') lines.push(line);
    from = to + 1;
  }
  return lines;
}

function refusedCount(count: number, max: number): CallReason | null {
  if (count === 0) return 'batch_empty';
  return count > max ? 'batch_too_large' : null;
}

/** The text of a body that came as bytes. Nothing came as anything but UTF-8, and nothing compressed, is read. */
function textOf(headers: IncomingHttpHeaders, bytes: unknown): Body<string> {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return refused('media_type_unsupported');
  const charset = /;\s*charset="?([^;"\s]*)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset))
    return refused('media_type_unsupported');
  if (!(bytes instanceof Uint8Array) || bytes.length === 0) return refused('body_empty');
  try {
    return read(utf8.decode(bytes));
  } catch {
    return refused('body_malformed');
  }
}

/** Refuses what would poison a prototype, too: nobody writes such a key by mistake. */
function parseJson(text: string, valuesMax: number): Body<unknown> {
  if (text.trim() === '') return refused('body_empty');
  if (mayHoldMoreValues(text, valuesMax)) return refused('values_too_many');
  try {
    return read(secureJson.parse(text, { protoAction: 'error', constructorAction: 'error' }));
  } catch {
    return refused('body_malformed');
  }
}

function mediaTypeOf(headers: IncomingHttpHeaders): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function read<T>(value: T): Body<T> {
  return { ok: true, value };
}

function refused(reason: CallReason): Body<never> {
  return { ok: false, reason };
}
