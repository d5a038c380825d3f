import { type CallReason, reasons } from '@trackline/domain/verdict';
import Type from 'typebox';
import { limits } from '../../limits.ts';
import { consentFields } from '../request/parameters.ts';
import { type Answers, answer, errorOf, refusals } from './answers.ts';
import type { Operation } from './operation.ts';
import { outcomeSchema } from './outcome.ts';
import { consentParameters, jsonParameters, linkParameters, transactionFields } from './parameters.ts';
import { ofBody, ofBytes, ofEvent, ofLoad, ofProgram, ofTransaction } from './reasons.ts';

const fields = [
  'type',
  'programId',
  'publisher',
  'event',
  'url',
  'expires',
  'idempotencyKey',
  ...transactionFields,
  'key',
  'sig',
  ...consentFields,
] as const;
const required = ['type', 'programId'] as const;

const example = { type: 'impression', programId: 'aurora-shoes', publisher: 'p1' };
const event = jsonParameters(fields, required, example);
const events = Type.Union([Type.Array(event, { minItems: 1, maxItems: limits.batchEventsMax }), event], {
  examples: [[example, { ...example, type: 'click' }]],
});
const lines = Type.String({
  description: 'An event a line, each a JSON object.',
  examples: [`${JSON.stringify(example)}\n`],
});

const ofOneEvent: readonly CallReason[] = [
  ...ofEvent,
  'body_malformed',
  'values_too_many',
  'type_malformed',
  'vast_event_malformed',
  ...ofTransaction,
  ...ofProgram,
  ...ofLoad.filter((reason) => reason !== 'overloaded'),
  'stream_unconfirmed',
  'internal',
];
const outcomes = Type.Object(
  {
    outcomes: Type.Array(outcomeSchema(ofOneEvent), {
      description: 'One for each event, in their order.',
      minItems: 1,
      maxItems: limits.batchEventsMax,
    }),
  },
  { additionalProperties: false },
);

/** Of all events as one: the answer is an error, and has no outcomes. */
const ofBatch: readonly CallReason[] = [
  ...ofBytes,
  ...ofBody,
  'batch_empty',
  'batch_too_large',
  'overloaded',
  'internal',
];

/** Where no event at all could be taken, be it for what is wrong with each of them, or with all as one. */
function nothingTaken(status: number): Answers {
  const hasStatus = (reason: CallReason) => reasons[reason].status === status;
  const ofAll = ofBatch.filter(hasStatus);
  const told = [...new Set([...ofOneEvent.filter(hasStatus), ...ofAll])];
  return answer(status, 'No event at all was taken: all of it is to come again.', told, {
    'application/json': ofAll.length === 0 ? outcomes : Type.Union([outcomes, errorOf(ofAll)]),
  });
}

export const batch: Operation = {
  operationId: 'trackBatch',
  summary: 'Many events at once, or a beacon',
  description:
    'A JSON array or object, NDJSON, a form, or one of the first three as plain text, which is what ' +
    '`navigator.sendBeacon` makes of a string. An event that can’t be taken spoils no other. Where an event says ' +
    'nothing of consent, the query holds.',
  tags: ['servers and apps'],
  querystring: consentParameters,
  body: {
    content: {
      'application/json': { schema: events },
      'application/x-ndjson': { schema: lines },
      'application/x-www-form-urlencoded': { schema: linkParameters(fields, required) },
      'text/plain': { schema: Type.Union([events, lines]) },
    },
  },
  response: {
    ...answer(
      202,
      'What became of each event.',
      [null],
      { 'application/json': outcomes },
      {
        'x-tracking-verdict': Type.String({
          pattern: '^(ignored|accepted; accepted=\\d+; rejected=\\d+; shed=\\d+)$',
          description: 'How many events got which verdict.',
        }),
      },
    ),
    ...refusals({ 'application/json': ofBatch }),
    // Of these statuses more is to be said than that they refuse.
    ...nothingTaken(429),
    ...nothingTaken(500),
    ...nothingTaken(503),
  },
};
