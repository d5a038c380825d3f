import { identifierPattern } from '@trackline/domain/identifier';
import { freezeProgram, type ProgramVersion } from '@trackline/domain/program';
import type { Reason } from '@trackline/domain/verdict';
import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import * as Type from 'typebox';

/**
 * The core-data update: one new version of one program, as JSON. It is what business systems put on the
 * core-data stream; its canonical text is also what the program table and the program store hold.
 */

export const updateBytesMax = 64 * 1024;
const landingUrlLengthMax = 2048;

/** What stands for a field that an update leaves out. */
const defaults = { status: 'active', deepLinkHosts: [], signingKeyIds: [] } as const;

const idPattern = identifierPattern.source;
const id = Type.String({ pattern: idPattern, description: 'The program’s id.' });
const version = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The newer version wins. Choose the next number, or a time in milliseconds.',
});
const time = (description: string) =>
  Type.Optional(
    Type.String({
      format: 'date-time',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z$',
      description,
    }),
  );

const programSchema = Type.Object({
  id,
  version,
  deleted: Type.Optional(Type.Literal(false)),
  name: Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$',
    description: 'For people; without control characters.',
  }),
  status: Type.Optional(Type.Enum(['active', 'paused'], { default: defaults.status })),
  validFrom: time('Valid from this time on (UTC); absent: always was. Counted in whole milliseconds.'),
  validUntil: time('Valid until before this time (UTC), which lies after validFrom; absent: for ever.'),
  landingUrl: Type.String({
    pattern: landingUrlPattern(),
    maxLength: landingUrlLengthMax,
    description:
      'Where a click goes: an absolute http or https URL without credentials. Behind the host it may hold the ' +
      'macros {click_id}, {program_id}, {publisher_id} and {sub1} to {sub32}.',
  }),
  deepLinkHosts: Type.Optional(
    Type.Array(
      Type.String({
        pattern: '^\\.?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$',
        maxLength: 253,
      }),
      {
        maxItems: 64,
        default: defaults.deepLinkHosts,
        description:
          'Hosts that a deep link may name, in lower case; with a leading dot, all hosts below it.',
      },
    ),
  ),
  signingKeyIds: Type.Optional(
    Type.Array(Type.String({ pattern: idPattern }), {
      maxItems: 16,
      default: defaults.signingKeyIds,
      description: 'Ids of the keys that may sign for this program.',
    }),
  ),
});

const deletionSchema = Type.Object({ id, version, deleted: Type.Literal(true) });

/** A URI of RFC 3986, in whose path, query and fragment a macro may stand for a character. */
function landingUrlPattern(): string {
  const authority = "[A-Za-z0-9._~!$&'()*+,;=:%[\\]-]+";
  const macro = '\\{(click_id|program_id|publisher_id|sub([1-9]|[12][0-9]|3[0-2]))\\}';
  const character = `[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}|${macro}`;
  const query = `(${character}|\\?)*`;
  return `^[Hh][Tt][Tt][Pp][Ss]?://${authority}(/(${character})*)?(\\?${query})?(#${query})?$`;
}

/** What business systems send. Fields that it does not name are ignored. */
export const coreDataUpdateSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Core-data update',
  description: 'One new version of one program, or its deletion. At most 64 KiB of UTF-8.',
  type: 'object',
  if: { properties: { deleted: { const: true } }, required: ['deleted'] },
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
  then: deletionSchema,
  else: programSchema,
} as const;

type ProgramJson = Type.Static<typeof programSchema>;
type DeletionJson = Type.Static<typeof deletionSchema>;

export type UpdateReason = Extract<Reason, `update_${string}`>;

export type ParsedUpdate =
  | { readonly ok: true; readonly program: ProgramVersion }
  | { readonly ok: false; readonly reason: UpdateReason; readonly detail: string };

// Compiled here and not at the first update: it takes some 20 ms, which no call is to wait for.
const ajv = new Ajv({ allErrors: true });
addFormats.default(ajv, ['date-time']);
const isUpdate = ajv.compile<ProgramJson | DeletionJson>(coreDataUpdateSchema);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads an update; the program that it gives is frozen. Never throws. */
export function parseUpdate(bytes: Uint8Array): ParsedUpdate {
  if (bytes.length > updateBytesMax) return refused('update_too_large', `It has ${bytes.length} bytes.`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refused('update_not_utf8', 'Its bytes are not valid UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused('update_not_json', (error as Error).message);
  }
  if (!isUpdate(value)) return refused('update_invalid', describe(isUpdate.errors ?? []));
  if (value.deleted) return accepted({ deleted: true, id: value.id, version: value.version });
  return checkedProgram(value);
}

/** The canonical text: equal content makes equal text, and reading it gives the program again. */
export function formatUpdate(program: ProgramVersion): string {
  const { id, version } = program;
  if (program.deleted) return JSON.stringify({ id, version, deleted: true } satisfies DeletionJson);
  return JSON.stringify({
    id,
    version,
    name: program.name,
    status: program.status,
    ...(program.validFromMs !== null && { validFrom: new Date(program.validFromMs).toISOString() }),
    ...(program.validUntilMs !== null && { validUntil: new Date(program.validUntilMs).toISOString() }),
    landingUrl: program.landingUrl,
    deepLinkHosts: [...program.deepLinkHosts],
    signingKeyIds: [...program.signingKeyIds],
  } satisfies ProgramJson);
}

/** What the schema can't say. */
function checkedProgram(value: ProgramJson): ParsedUpdate {
  // Some that fit the format are no URL after all (port 99999), and escaping may lengthen one.
  const landingUrl = URL.canParse(value.landingUrl) ? new URL(value.landingUrl).href : '';
  if (landingUrl === '' || landingUrl.length > landingUrlLengthMax) {
    return refused('update_invalid', 'landingUrl must be a URL of at most 2048 characters');
  }
  const validFromMs = value.validFrom === undefined ? null : Date.parse(value.validFrom);
  const validUntilMs = value.validUntil === undefined ? null : Date.parse(value.validUntil);
  // A leap second fits the format, and is no time that a Date can hold.
  if (Number.isNaN(validFromMs) || Number.isNaN(validUntilMs)) {
    return refused('update_invalid', 'validFrom and validUntil must be times');
  }
  if (validFromMs !== null && validUntilMs !== null && validUntilMs <= validFromMs) {
    return refused('update_invalid', 'validUntil must be after validFrom');
  }
  return accepted({
    deleted: false,
    id: value.id,
    version: value.version,
    name: value.name,
    status: value.status ?? defaults.status,
    validFromMs,
    validUntilMs,
    landingUrl,
    deepLinkHosts: value.deepLinkHosts ?? [...defaults.deepLinkHosts],
    signingKeyIds: value.signingKeyIds ?? [...defaults.signingKeyIds],
  });
}

/** What a field must be, in words for whoever made the update; the schema's own are for machines. */
const rules: Readonly<Record<string, string>> = {
  id: 'must be 1 to 64 letters, digits, "_" or "-"',
  version: 'must be a whole number from 1 to 2^53 − 1',
  deleted: 'must be true or false',
  name: 'must be 1 to 200 characters, none of them a control character',
  status: 'must be "active" or "paused"',
  validFrom: 'must be a time in UTC, such as 2026-01-31T12:00:00Z',
  validUntil: 'must be a time in UTC, such as 2026-01-31T12:00:00Z',
  landingUrl:
    'must be an absolute http or https URL of at most 2048 characters, without credentials, and behind its host with ' +
    'no macros but {click_id}, {program_id}, {publisher_id}, {sub1} … {sub32}',
  deepLinkHosts: 'must be at most 64 host names in lower case, each perhaps behind a dot',
  signingKeyIds: 'must be at most 16 ids of 1 to 64 letters, digits, "_" or "-"',
};

/** The first few of what is wrong: an update of 64 KiB has room for thousands of mistakes. */
function describe(errors: readonly ErrorObject[]): string {
  return [...new Set(errors.filter(({ keyword }) => keyword !== 'if').map(inWords))].slice(0, 10).join('; ');
}

function inWords({ keyword, instancePath, params, message }: ErrorObject): string {
  if (keyword === 'required') return `${params.missingProperty} is missing`;
  const [, field, index] = instancePath.split('/');
  if (field === undefined) return 'It must be one JSON object';
  const rule = `${field} ${rules[field] ?? message}`;
  return index === undefined ? rule : `${rule} (entry ${Number(index) + 1} is not)`;
}

function accepted(program: ProgramVersion): ParsedUpdate {
  return { ok: true, program: freezeProgram(program) };
}

function refused(reason: UpdateReason, detail: string): ParsedUpdate {
  return { ok: false, reason, detail };
}
