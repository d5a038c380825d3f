import type { CallReason, Verdict } from '@trackline/domain/verdict';
import Type, { type TSchema } from 'typebox';
import { messageId } from './answers.ts';

/** What the sender of an accepted event is told. */
export const accepted = Type.Object(
  {
    messageId,
    verdict: verdictOf('accepted', 'ignored'),
    claims: Type.Optional(Type.Boolean({ description: 'Of a transaction: whether it may claim its order.' })),
  },
  { additionalProperties: false },
);

/** What is told of one event of a batch. */
export function outcomeSchema(told: readonly CallReason[]): TSchema {
  const refused = Type.Object(
    {
      verdict: verdictOf('rejected', 'shed', 'ignored'),
      reason: Type.String({ enum: [...told] }),
      message: Type.String(),
    },
    { additionalProperties: false },
  );
  return Type.Union([accepted, refused]);
}

function verdictOf(...verdicts: readonly Verdict[]): TSchema {
  return Type.String({ enum: [...verdicts] });
}
