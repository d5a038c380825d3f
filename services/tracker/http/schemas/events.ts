import Type from 'typebox';
import { consentFields } from '../request/parameters.ts';
import { answer, messageId, refusals } from './answers.ts';
import type { Operation } from './operation.ts';
import { linkParameters, programInPath, transactionFields } from './parameters.ts';
import { ofBytes, ofEvent, ofLoad, ofProgram, ofTransaction } from './reasons.ts';

const valid = Type.Object(
  {
    messageId,
    programId: programInPath.properties.programId!,
    programName: Type.String(),
    valid: Type.Literal(true),
  },
  { additionalProperties: false },
);

export const events: Operation = {
  operationId: 'trackEvent',
  summary: 'One event, told in JSON',
  description:
    'Tracks like its pixel twin, and says what it decided on. A transaction needs its parameters, too.',
  tags: ['servers and apps'],
  params: programInPath,
  querystring: linkParameters(
    ['type', 'publisher', 'event', 'idempotencyKey', ...transactionFields, 'key', 'sig', ...consentFields],
    ['type'],
  ),
  response: {
    ...answer(200, 'The event counts.', [null], { 'application/json': valid }),
    ...refusals({
      'application/json': [
        ...ofBytes,
        'route_unknown',
        ...ofEvent,
        'type_malformed',
        'vast_event_malformed',
        ...ofTransaction,
        ...ofProgram,
        ...ofLoad,
        'stream_unconfirmed',
        'internal',
      ],
    }),
  },
};
