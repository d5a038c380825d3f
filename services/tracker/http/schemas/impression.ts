import { consentFields } from '../request/parameters.ts';
import { pixelAnswers, refusals } from './answers.ts';
import type { Operation } from './operation.ts';
import { linkParameters, programInPath } from './parameters.ts';
import { ofBytesOnPath, ofBytesUnread, ofEvent, ofLoad } from './reasons.ts';

export const impression: Operation = {
  operationId: 'trackImpression',
  summary: 'Somebody sees an ad',
  description: 'The pixel: whatever becomes of the call, the answer is one, with few exceptions.',
  tags: ['pixels and links'],
  params: programInPath,
  querystring: linkParameters(['publisher', 'f', 'event', 'idempotencyKey', ...consentFields]),
  response: {
    ...pixelAnswers,
    ...refusals({
      'image/gif': [
        ...ofBytesOnPath,
        'route_unknown',
        ...ofEvent,
        'vast_event_malformed',
        ...ofLoad,
        'internal',
      ],
      'application/json': ofBytesUnread,
    }),
  },
};
