import { consentFields } from '../request/parameters.ts';
import { answer, pixelAnswers, refusals } from './answers.ts';
import type { Operation } from './operation.ts';
import { accepted } from './outcome.ts';
import {
  consentParameters,
  jsonParameters,
  linkParameters,
  programInPath,
  transactionFields,
  transactionRequired,
} from './parameters.ts';
import {
  ofBody,
  ofBytes,
  ofBytesOnPath,
  ofBytesUnread,
  ofEvent,
  ofLoad,
  ofProgram,
  ofTransaction,
} from './reasons.ts';

const fields = [...transactionFields, 'publisher', 'key', 'sig', 'idempotencyKey', ...consentFields] as const;

export const transactionPixel: Operation = {
  operationId: 'trackTransactionPixel',
  summary: 'Somebody buys: the pixel of a thank-you page',
  description: 'As an impression, with the transaction’s parameters.',
  tags: ['pixels and links'],
  params: programInPath,
  querystring: linkParameters(['f', ...fields], transactionRequired),
  response: {
    ...pixelAnswers,
    ...refusals({
      'image/gif': [
        ...ofBytesOnPath,
        'route_unknown',
        ...ofEvent,
        ...ofTransaction,
        ...ofLoad,
        'stream_unconfirmed',
        'internal',
      ],
      'application/json': ofBytesUnread,
    }),
  },
};

const example = { publisher: 'p1', orderId: 'order-1', amount: '12.30', currency: 'EUR' };
const json = { schema: jsonParameters(fields, transactionRequired, example) };

export const transactionPostback: Operation = {
  operationId: 'trackTransaction',
  summary: 'Somebody buys: the postback of the advertiser’s server',
  description:
    'The transaction as JSON or as a form. Of a program with keys, only what they signed claims its order. Where the ' +
    'body says nothing of consent, the query holds.',
  tags: ['servers and apps'],
  params: programInPath,
  querystring: consentParameters,
  body: {
    content: {
      'application/json': json,
      'application/x-www-form-urlencoded': { schema: linkParameters(fields, transactionRequired) },
      'text/plain': json,
    },
  },
  response: {
    ...answer(202, 'The transaction counts.', [null], { 'application/json': accepted }),
    ...refusals({
      'application/json': [
        ...ofBytes,
        'route_unknown',
        ...ofEvent,
        ...ofTransaction,
        ...ofBody,
        ...ofProgram,
        ...ofLoad,
        'stream_unconfirmed',
        'internal',
      ],
    }),
  },
};
