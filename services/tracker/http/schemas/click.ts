import { consentFields } from '../request/parameters.ts';
import { answer, redirectHeaders, refusals } from './answers.ts';
import type { Operation } from './operation.ts';
import { linkParameters, programInPath } from './parameters.ts';
import { ofBytes, ofEvent, ofLoad, ofProgram } from './reasons.ts';

export const click: Operation = {
  operationId: 'trackClick',
  summary: 'Somebody follows an ad',
  description:
    'On to the landing URL, or to the target that the link names. As long as the program is known, whoever clicks ' +
    'gets there, counted or not. (A page’s script can’t read where a redirect goes: to see it, use `curl -i`.)',
  tags: ['pixels and links'],
  params: programInPath,
  querystring: linkParameters([
    'publisher',
    'url',
    'expires',
    'key',
    'sig',
    'idempotencyKey',
    ...consentFields,
  ]),
  response: {
    ...answer(
      302,
      'On to where the click goes.',
      [
        null,
        ...ofProgram.filter((reason) => reason !== 'program_unknown'),
        ...ofLoad.filter((reason) => reason !== 'program_unknowable'),
      ],
      {},
      redirectHeaders,
    ),
    ...refusals({
      'text/html': [...ofEvent, 'route_unknown', 'program_unknown', 'program_unknowable', 'internal'],
      'application/json': [...ofBytes, 'internal'],
    }),
  },
};
