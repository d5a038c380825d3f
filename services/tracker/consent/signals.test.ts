import { decideConsent } from '@trackline/domain/consent';
import { describe, expect, test } from 'vitest';
import { tcString } from '../../../test/helpers/consent-strings.ts';
import { buildConsentReader, type ConsentStrings } from './signals.ts';

const reader = buildConsentReader({ vendorId: 31 });
const none: ConsentStrings = { gdpr: '', gdprConsent: '', gpp: '', gppSid: '', usPrivacy: '' };
const read = (strings: Partial<ConsentStrings>, headers = {}) =>
  reader.read({ ...none, ...strings }, headers);
const granting = tcString({ consents: [1, 7], vendorConsents: [31] });

describe('a call', () => {
  test('that says nothing gets the same frozen answer each time', () => {
    expect(read({})).toBe(read({}, { 'sec-gpc': '0', dnt: '0' }));
    expect(Object.isFrozen(read({}))).toBe(true);
    expect(decideConsent(read({}), 'granted').basis).toBe('configuration');
  });

  test.each([
    ['Sec-GPC', {}, { 'sec-gpc': '1' }, 'gpc', 'denied'],
    ['DNT', {}, { dnt: '1' }, 'dnt', 'denied'],
    ['Sec-GPC, said twice on the way', {}, { 'sec-gpc': '1, 1' }, 'gpc', 'denied'],
    ['Sec-GPC, beside one that does not refuse', {}, { 'sec-gpc': '0,\t1' }, 'gpc', 'denied'],
    ['DNT, beside one that does not refuse', {}, { dnt: '1, 0' }, 'dnt', 'denied'],
    ['gpp', { gpp: 'DBABTA~1YYN' }, {}, 'gpp', 'denied'],
    ['gpp and gpp_sid', { gpp: 'DBABTA~1YNN', gppSid: '6' }, {}, 'gpp', 'granted'],
    ['gpp_sid alone', { gppSid: '7' }, {}, 'gpp', 'denied'],
    ['gdpr alone', { gdpr: '1' }, {}, 'tcf', 'denied'],
    ['gdpr_consent', { gdprConsent: granting }, {}, 'tcf', 'granted'],
    ['us_privacy that grants', { usPrivacy: '1YNN' }, {}, 'us_privacy', 'granted'],
    ['us_privacy that denies', { usPrivacy: '1YYN' }, {}, 'us_privacy', 'denied'],
    ['gdpr, which does not apply', { gdpr: '0', gdprConsent: tcString({}) }, {}, 'configuration', 'granted'],
    ['a string that grants, and Sec-GPC', { gdprConsent: granting }, { 'sec-gpc': '1' }, 'gpc', 'denied'],
  ] as const)('by %s', (_, strings, headers, basis, choice) => {
    expect(decideConsent(read(strings, headers), 'granted')).toEqual({ basis, choice });
  });

  test.each(['0', '', 'true', '0, 0', '01', '0 1', '1.0', '11'])(
    'whose Sec-GPC or DNT is %j says nothing by it',
    (value) => {
      expect(read({}, { 'sec-gpc': value, dnt: value })).toEqual(read({}));
    },
  );
});

test('the vendor that is asked about is the one configured', () => {
  const strings = { ...none, gdprConsent: granting };
  expect(buildConsentReader({ vendorId: 32 }).read(strings, {}).tcf).toBe('denied');
  expect(buildConsentReader({ vendorId: null }).read(strings, {}).tcf).toBe('granted');
});
