import type { TObject, TSchema } from 'typebox';
import type { Answers } from './answers.ts';

/** What the document says of one route: a Fastify route schema, with what OpenAPI adds to it. */
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly params?: TObject;
  readonly querystring?: TObject;
  /** By media type. */
  readonly body?: { readonly content: Readonly<Record<string, { readonly schema: TSchema }>> };
  readonly response: Answers;
}
