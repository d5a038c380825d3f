/**
 * Whether a person may be recognised: a decision over plain flags. The strings and headers that say it are read at
 * the edge (services/tracker/consent).
 */
export type ConsentChoice = 'granted' | 'denied';

/** What decided, in the words of the item and the metric; `configuration` where nobody said anything. */
export const consentBases = ['configuration', 'gpc', 'dnt', 'gpp', 'tcf', 'us_privacy'] as const;
export type ConsentBasis = (typeof consentBases)[number];

/** What a call says of consent; null where it says nothing of that kind. */
export interface ConsentSignals {
  /** `Sec-GPC: 1` ("Global Privacy Control (GPC)", W3C). */
  readonly gpc: boolean;
  /** `DNT: 1`. */
  readonly dnt: boolean;
  /** The sections of a GPP string that apply. */
  readonly gpp: ConsentChoice | null;
  /** A TCF v2 core string, by the legacy parameters `gdpr` and `gdpr_consent`. */
  readonly tcf: ConsentChoice | null;
  /** The legacy parameter `us_privacy`. */
  readonly usPrivacy: ConsentChoice | null;
}

export interface Consent {
  readonly choice: ConsentChoice;
  readonly basis: ConsentBasis;
}

const decisions = {} as Record<ConsentBasis, Record<ConsentChoice, Consent>>;
for (const basis of consentBases) {
  decisions[basis] = {
    granted: Object.freeze({ choice: 'granted', basis }),
    denied: Object.freeze({ choice: 'denied', basis }),
  };
}

/**
 * Decides. What the browser itself refuses is refused, whatever a string says; a GPP string stands in place of
 * the legacy parameters; of these, one refusal is enough.
 *
 * @param withoutSignal what holds where nobody said anything
 * @returns one of a few frozen values
 */
export function decideConsent(signals: ConsentSignals, withoutSignal: ConsentChoice): Consent {
  const { gpc, dnt, gpp, tcf, usPrivacy } = signals;
  if (gpc) return decisions.gpc.denied;
  if (dnt) return decisions.dnt.denied;
  if (gpp !== null) return decisions.gpp[gpp];
  if (tcf === 'denied') return decisions.tcf.denied;
  if (usPrivacy === 'denied') return decisions.us_privacy.denied;
  if (tcf !== null) return decisions.tcf[tcf];
  if (usPrivacy !== null) return decisions.us_privacy[usPrivacy];
  return decisions.configuration[withoutSignal];
}
