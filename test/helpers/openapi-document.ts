import { gif } from '@trackline/tracker/http/answers/pixel';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RawReply } from './raw-http.ts';

type Schema = Readonly<Record<string, unknown>>;

/** What of an OpenAPI document these tests look at. */
export interface Document {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required: boolean;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, Response>>;
}

interface Response {
  readonly headers: Readonly<Record<string, { readonly required: boolean; readonly schema: Schema }>>;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

/** One answer that an operation may give: a status with a media type, '' where it has no body. */
export interface Listed {
  readonly name: string;
  readonly headers: Response['headers'];
  readonly type: string;
  readonly schema: Schema;
}

export function operationsOf({ paths }: Document): Operation[] {
  return Object.values(paths).flatMap((path) => Object.values(path));
}

/** Every answer that the document lists. */
export function listedIn(document: Document): Listed[] {
  return operationsOf(document).flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, { headers, content = { '': { schema: {} } } }]) =>
      Object.entries(content).map(([type, { schema }]) => ({
        name: nameOf(operationId, Number(status), type),
        headers,
        type,
        schema,
      })),
    ),
  );
}

export function nameOf(operationId: string, status: number, type: string): string {
  return `${operationId}: ${status} ${type === '' ? 'without a body' : type}`;
}

/** What an answer is, in the words of the list. */
export function nameOfReply(operationId: string, { status, headers }: RawReply): string {
  return nameOf(operationId, status, (headers['content-type'] ?? '').split(';', 1)[0]!);
}

/** Headers that an answer may not have unless they are listed. */
const told = /^(?:x-tracking-.*|cache-control|retry-after|location|set-cookie)$/;

const ajv = new Ajv2020({ allErrors: true });

/** What of an answer is not as it is listed, a line for each; none when all is. */
export function faultsIn(listed: Listed, { headers, body }: RawReply): string[] {
  const found = Object.keys(headers)
    .filter((name) => told.test(name) && !(name in listed.headers))
    .map((name) => `${name} is not listed`);
  for (const [name, { required, schema }] of Object.entries(listed.headers)) {
    const value = headers[name];
    if (value !== undefined) found.push(...misfits(name, schema, plain(schema, value)));
    else if (required) found.push(`${name} is missing`);
  }
  return [...found, ...bodyFaults(listed, body)];
}

function bodyFaults({ type, schema }: Listed, body: Buffer): string[] {
  if (type === '') return body.length === 0 ? [] : ['there is a body'];
  if (type === 'image/gif') return body.equals(gif) ? [] : ['the body is not the GIF'];
  const text = body.toString();
  return misfits('the body', schema, type === 'application/json' ? JSON.parse(text) : text);
}

function misfits(what: string, schema: Schema, value: unknown): string[] {
  ajv.validate(schema, value);
  return (ajv.errors ?? []).map(({ instancePath, message }) => `${what}${instancePath} ${message}`);
}

/** A header's value is text, whatever it says. */
function plain({ type }: Schema, value: string): unknown {
  return type === 'integer' ? Number(value) : value;
}

/** Whether a value is one that the schema takes. */
export function fits(schema: Schema, value: unknown): boolean {
  return ajv.validate(schema, value) as boolean;
}
