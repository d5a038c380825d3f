import { messageIdPattern } from '@trackline/domain/message-id';
import {
  type CallReason,
  callReasons,
  reasons,
  redirectReasons,
  verdictHeader,
} from '@trackline/domain/verdict';
import Type, { type TSchema } from 'typebox';
import { comesAgain, isAboutProgram } from '../answers/answer.ts';

/** What one status can mean, and what it looks like: as Fastify has it, and as OpenAPI reads it from there. */
export interface Answer {
  readonly description: string;
  readonly headers: Readonly<Record<string, TSchema>>;
  /** By media type; absent where there is no body, and then the type says so. */
  readonly content?: Readonly<Record<string, { readonly schema: TSchema }>>;
  readonly type?: 'null';
}

export type Answers = Readonly<Record<number, Answer>>;

/** Bodies, by their media types. */
export type MediaType = 'image/gif' | 'text/html' | 'application/json';
type Content = Partial<Record<MediaType, TSchema>>;

/** The headers that an answer does not always have; every other that is listed, it has. */
export const headersSometimes: readonly string[] = ['set-cookie', 'x-tracking-redirect'];

export const gif = Type.Unsafe({ contentMediaType: 'image/gif', description: 'A transparent GIF of 1×1.' });
const page = Type.String({ pattern: '^<!doctype html>' });

const setCookie = Type.String({ description: 'The visitor’s cookie, where one is set or ended.' });
const retryAfter = Type.Integer({
  minimum: 1,
  maximum: 3,
  description: 'In how many seconds to come again.',
});

/** The id of a message; null where the call was ignored. */
export const messageId = Type.Union([Type.String({ pattern: messageIdPattern.source }), Type.Null()], {
  description: 'The id of the event; null where the call was ignored.',
});

/** One status. `told` is all that can have become of a call that gets it, null for accepted. */
export function answer(
  status: number,
  description: string,
  told: readonly (CallReason | null)[],
  content: Content,
  headers: Readonly<Record<string, TSchema>> = {},
): Answers {
  return {
    [status]: {
      description: [description, ...wordsOf(told)].join('\n'),
      headers: {
        'x-tracking-verdict': Type.String({
          // A prefetch is answered as any other call, and ignored.
          enum: [...new Set([...told, 'prefetch' as const].map(verdictHeader))],
          description: 'What became of the call.',
        }),
        'cache-control': Type.String({ enum: ['no-store'] }),
        ...(comesAgain(status) && { 'retry-after': retryAfter }),
        'set-cookie': setCookie,
        ...headers,
      },
      ...bodyOf(content),
    },
  };
}

/** What refuses a call, by the media types that tell it: the answers, one for each status. */
export function refusals(by: Partial<Record<MediaType, readonly CallReason[]>>): Answers {
  const types = Object.entries(by) as [MediaType, readonly CallReason[]][];
  const all = [...new Set(types.flatMap(([, told]) => told))];
  const statuses = new Set(all.map((reason) => reasons[reason].status));
  return Object.assign(
    {},
    ...[...statuses].map((status) => {
      const hasStatus = (reason: CallReason) => reasons[reason].status === status;
      const content = Object.fromEntries(
        types
          .filter(([, told]) => told.some(hasStatus))
          .map(([type, told]) => [type, bodies[type](told.filter(hasStatus))]),
      );
      return answer(status, 'Not taken.', all.filter(hasStatus), content);
    }),
  );
}

const bodies: Readonly<Record<MediaType, (told: readonly CallReason[]) => TSchema>> = {
  'image/gif': () => gif,
  'text/html': () => page,
  'application/json': errorOf,
};

/** The error body, with the codes that it can have. */
export function errorOf(told: readonly CallReason[]): TSchema {
  return Type.Object(
    {
      error: Type.Object(
        { code: Type.String({ enum: [...told] }), message: Type.String() },
        { additionalProperties: false },
      ),
    },
    { additionalProperties: false },
  );
}

/** The two that a pixel has where nothing is wrong with how it is called. */
export const pixelAnswers: Answers = {
  ...answer(200, 'The GIF, be the program active or not.', pixelTold(), { 'image/gif': gif }),
  ...answer(204, 'The same for a beacon (`f=b`).', pixelTold(), {}),
};

/** Where a click goes. */
export const redirectHeaders: Readonly<Record<string, TSchema>> = {
  location: Type.String({
    pattern: '^https?://[!-~]+$',
    description: 'Where to, as the URL Standard writes it.',
  }),
  'x-tracking-redirect': Type.String({
    enum: redirectReasons.map((reason) => `refused; reason=${reason}`),
    description: 'Why it is not where the link wants to go.',
  }),
};

function pixelTold(): readonly (CallReason | null)[] {
  return [null, ...callReasons.filter(isAboutProgram)];
}

function bodyOf(content: Content): Pick<Answer, 'content' | 'type'> {
  const types = Object.entries(content);
  if (types.length === 0) return { type: 'null' };
  return { content: Object.fromEntries(types.map(([type, schema]) => [type, { schema }])) };
}

/** A line of Markdown for each reason. */
function wordsOf(told: readonly (CallReason | null)[]): string[] {
  const given = told.filter((reason) => reason !== null);
  return given.length === 0
    ? []
    : ['', ...given.map((reason) => `- \`${reason}\`: ${reasons[reason].words}`)];
}
