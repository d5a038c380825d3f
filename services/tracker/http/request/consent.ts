import type { IncomingHttpHeaders } from 'node:http';
import { type Consent, type ConsentChoice, decideConsent } from '@trackline/domain/consent';
import type { ConsentReader, ConsentStrings } from '../../consent/signals.ts';

interface ConsentParts {
  readonly consent: ConsentReader;
  readonly consentWithoutSignal: ConsentChoice;
}

/** Decides over what a call says of consent, in its parameters and its headers. */
export function consentOf(
  { consent, consentWithoutSignal }: ConsentParts,
  said: ConsentStrings,
  headers: IncomingHttpHeaders,
): Consent {
  return decideConsent(consent.read(said, headers), consentWithoutSignal);
}

/**
 * What an event in a body says of consent. Each signal that it does not give itself, the query of the call gives for
 * all: a refusal there holds also where the event speaks of something else.
 */
export function consentStrings(own: ConsentStrings, ofAll: ConsentStrings): ConsentStrings {
  const tcf = own.gdpr !== '' || own.gdprConsent !== '' ? own : ofAll;
  const gpp = own.gpp !== '' || own.gppSid !== '' ? own : ofAll;
  const us = own.usPrivacy !== '' ? own : ofAll;
  if (tcf === ofAll && gpp === ofAll && us === ofAll) return ofAll;
  const { gdpr, gdprConsent } = tcf;
  return { gdpr, gdprConsent, gpp: gpp.gpp, gppSid: gpp.gppSid, usPrivacy: us.usPrivacy };
}
