import { expect, test } from 'vitest';
import { type ConsentSignals, decideConsent } from './consent.ts';

const silent: ConsentSignals = { gpc: false, dnt: false, gpp: null, tcf: null, usPrivacy: null };

test.each([
  ['nothing said', {}, 'granted', 'configuration'],
  ['GPC', { gpc: true, gpp: 'granted', tcf: 'granted' }, 'denied', 'gpc'],
  ['DNT', { dnt: true, gpp: 'granted' }, 'denied', 'dnt'],
  [
    'GPP wins over the legacy parameters',
    { gpp: 'granted', tcf: 'denied', usPrivacy: 'denied' },
    'granted',
    'gpp',
  ],
  ['GPP that refuses', { gpp: 'denied', tcf: 'granted' }, 'denied', 'gpp'],
  ['TCF', { tcf: 'granted' }, 'granted', 'tcf'],
  ['TCF that refuses', { tcf: 'denied', usPrivacy: 'granted' }, 'denied', 'tcf'],
  ['one refusal of two', { tcf: 'granted', usPrivacy: 'denied' }, 'denied', 'us_privacy'],
  ['US Privacy', { usPrivacy: 'granted' }, 'granted', 'us_privacy'],
] as const)('%s', (_, said, choice, basis) => {
  expect(decideConsent({ ...silent, ...said }, 'granted')).toEqual({ choice, basis });
});

test('what holds without a signal is given', () => {
  expect(decideConsent(silent, 'denied')).toEqual({ choice: 'denied', basis: 'configuration' });
});
