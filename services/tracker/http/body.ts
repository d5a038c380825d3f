import type { IncomingHttpHeaders } from 'node:http';
import type { CallReason } from '@trackline/domain/verdict';
import secureJson from 'secure-json-parse';
import { type Parameters, parseQuery, readJson } from './parameters.ts';

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

/** The one event of a body: a form, or a JSON object. */
export function readEventBody(headers: IncomingHttpHeaders, bytes: unknown): Body<Parameters> {
  const text = textOf(headers, bytes);
  if (!text.ok) return text;
  const type = mediaTypeOf(headers);
  if (type === 'application/x-www-form-urlencoded') return read(parseQuery(text.value));
  if (type === 'application/x-ndjson') return refused('media_type_unsupported');
  const json = parseJson(text.value);
  return json.ok ? read(readJson(json.value)) : json;
}

/**
 * The events of a batch: a JSON array, one JSON object, or NDJSON; a form is one event. As plain text either of the
 * first three, told apart by how it begins. A line of NDJSON that can't be read spoils no other.
 */
export function readBatchBody(
  headers: IncomingHttpHeaders,
  bytes: unknown,
  eventsMax: number,
): Body<readonly Parameters[]> {
  const text = textOf(headers, bytes);
  if (!text.ok) return text;
  const type = mediaTypeOf(headers);
  if (type === 'application/x-www-form-urlencoded') return read([parseQuery(text.value)]);
  const isLines = type === 'application/x-ndjson' || (type === 'text/plain' && !/^\s*\[/.test(text.value));
  if (isLines) return readLines(text.value, eventsMax);
  const json = parseJson(text.value);
  if (!json.ok) return json;
  const values: readonly unknown[] = Array.isArray(json.value) ? json.value : [json.value];
  const reason = refusedCount(values.length, eventsMax);
  return reason === null ? read(values.map(readJson)) : refused(reason);
}

function readLines(text: string, eventsMax: number): Body<readonly Parameters[]> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const reason = refusedCount(lines.length, eventsMax);
  if (reason !== null) return refused(reason);
  return read(
    lines.map((line) => {
      const json = parseJson(line);
      // What is no object fails in readJson, as itself and not for its neighbours.
      return readJson(json.ok ? json.value : null);
    }),
  );
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
function parseJson(text: string): Body<unknown> {
  if (text.trim() === '') return refused('body_empty');
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
