import { freezeProgram, type ProgramVersion } from '@trackline/domain/program';
import type { Reason } from '@trackline/domain/verdict';
import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import Type, { type Static } from 'typebox';

/**
 * The core-data update: one new version of one program, as JSON. It is what business systems put on the core-data stream; its canonical text
 * is also what the program table and the program store hold.
 */

export const updateBytesMax = 64 * 1024;

const id = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'The program’s id.' });
const version = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'The newer version wins. Choose the next number, or a time in milliseconds.',
});
const time = { format: 'date-time', pattern: 'Z$' } as const;

const programSchema = Type.Object({
  id,
  version,
  deleted: Type.Optional(Type.Literal(false)),
  name: Type.String({ minLength: 1, maxLength: 200 }),
  status: Type.Enum(['active', 'paused'], { default: 'active' }),
  validFrom: Type.Optional(
    Type.String({ ...time, description: 'Valid from this time on (UTC); absent: always was.' }),
  ),
  validUntil: Type.Optional(
    Type.String({ ...time, description: 'Valid until before this time (UTC); absent: for ever.' }),
  ),
  landingUrl: Type.String({
    format: 'uri',
    pattern: '^https?://',
    maxLength: 2048,
    description: 'Where a click goes: an absolute http or https URL without credentials.',
  }),
  deepLinkHosts: Type.Array(
    Type.String({ pattern: '^\\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]{2,63}$', maxLength: 253 }),
    {
      maxItems: 64,
      default: [],
      description: 'Hosts that a deep link may name; with a leading dot, all hosts below it.',
    },
  ),
  signingKeyIds: Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' }), {
    maxItems: 16,
    default: [],
    description: 'Ids of the keys that may sign for this program.',
  }),
});

const deletionSchema = Type.Object({ id, version, deleted: Type.Literal(true) });

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

type ProgramJson = Static<typeof programSchema>;
type UpdateJson = ProgramJson | Static<typeof deletionSchema>;

export type UpdateReason = Extract<Reason, `update_${string}`>;

export type ParsedUpdate =
  | { readonly ok: true; readonly program: ProgramVersion }
  | { readonly ok: false; readonly reason: UpdateReason; readonly detail: string };

const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });
addFormats.default(ajv, ['date-time', 'uri']);
const validate = {
  program: ajv.compile<ProgramJson>(programSchema),
  deletion: ajv.compile<Static<typeof deletionSchema>>(deletionSchema),
};
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads an update; what it gives is frozen. Never throws. */
export function parseUpdate(bytes: Uint8Array): ParsedUpdate {
  if (bytes.length > updateBytesMax) return refused('update_too_large', `It has ${bytes.length} bytes.`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refused('update_not_utf8', 'It is not UTF-8.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refused('update_not_json', (error as Error).message);
  }
  return checked(value);
}

/** The canonical text: equal content makes equal text, and reading it gives the program again. */
export function formatUpdate(program: ProgramVersion): string {
  const { id, version } = program;
  if (program.deleted) return JSON.stringify({ id, version, deleted: true } satisfies UpdateJson);
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

function checked(value: unknown): ParsedUpdate {
  if (isDeletion(value)) {
    if (!validate.deletion(value)) return refused('update_invalid', describe(validate.deletion.errors));
    return { ok: true, program: freezeProgram({ deleted: true, id: value.id, version: value.version }) };
  }
  if (!validate.program(value)) return refused('update_invalid', describe(validate.program.errors));
  const landingUrl = URL.canParse(value.landingUrl) ? new URL(value.landingUrl) : null;
  if (landingUrl?.username !== '' || landingUrl.password !== '') {
    return refused('update_invalid', 'landingUrl must be a URL without credentials');
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
  const program = freezeProgram({
    deleted: false,
    id: value.id,
    version: value.version,
    name: value.name,
    status: value.status,
    validFromMs,
    validUntilMs,
    landingUrl: landingUrl.href,
    deepLinkHosts: value.deepLinkHosts,
    signingKeyIds: value.signingKeyIds,
  });
  return { ok: true, program };
}

function isDeletion(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.hasOwn(value, 'deleted') &&
    (value as UpdateJson).deleted === true
  );
}

function describe(errors: ErrorObject[] | null | undefined): string {
  const lines = (errors ?? []).map(
    (error) => `${error.instancePath.slice(1) || 'the update'} ${error.message}`,
  );
  return lines.join('; ').slice(0, 1000);
}

function refused(reason: UpdateReason, detail: string): ParsedUpdate {
  return { ok: false, reason, detail };
}
