import type { CallReason } from '@trackline/domain/verdict';

/**
 * What a call says of one event, wherever it says it: in its query, in a form, or in JSON. Each field is text, ''
 * where it was not said; nothing is checked yet but the bounds of what is free.
 */
export class Parameters {
  programId = '';
  /** Who showed the ad. */
  publisher = '';
  /** `b`: a beacon, which wants no body. */
  f = '';
  /** The event type, where the path does not name it. */
  type = '';
  /** What a video player reports. */
  event = '';
  idempotencyKey = '';

  /** Where a click wants to go, and who vouches for that: when it ends (s), the key's id, the signature. */
  url = '';
  expires = '';
  key = '';
  sig = '';

  clickId = '';
  orderId = '';
  amount = '';
  currency = '';
  status = '';

  gdpr = '';
  gdprConsent = '';
  gpp = '';
  gppSid = '';
  usPrivacy = '';

  /** Sub-ids (`sub1`, `sub2`, …) and free parameters. */
  params: Readonly<Record<string, string>> = noParams;
  /** The first thing that is wrong with how the parameters are written. */
  fault: CallReason | null = null;
}

/** A field that is said by its own name. */
export type Field = Exclude<keyof Parameters, 'params' | 'fault'>;

/** Those that say something of consent. */
export const consentFields = ['gdpr', 'gdprConsent', 'gpp', 'gppSid', 'usPrivacy'] as const;

const noParams: Readonly<Record<string, string>> = Object.freeze({});

/** What each field is called: as ad links write it, and as JSON does. Both are taken everywhere. */
export const fieldOf: ReadonlyMap<string, Field> = new Map(
  (Object.keys(new Parameters()) as (keyof Parameters)[])
    .filter((key): key is Field => key !== 'params' && key !== 'fault')
    .flatMap((field) => [
      [field, field],
      [linkName(field), field],
    ]),
);

/** What ad links call a field: `click_id` for `clickId`. */
export function linkName(field: string): string {
  return field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** Names of sub-ids; how many there may be is bounded besides. */
export const subIdName = /^sub[1-9]\d{0,3}$/;
/** Names that a free parameter may have; a sub-id has one of them. */
export const freeName = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;

const faults = new Map<CallReason, Parameters>();

/** Parameters that could not be read, and why; the same for each such call. */
export function faulty(fault: CallReason): Parameters {
  let parameters = faults.get(fault);
  if (parameters === undefined) {
    parameters = Object.freeze(Object.assign(new Parameters(), { fault }));
    faults.set(fault, parameters);
  }
  return parameters;
}
