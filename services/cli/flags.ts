import type { Consent } from '@trackline/domain/consent';

/** What is to be known of an event or an order before it is counted. */
interface Flagged {
  readonly bot: boolean;
  readonly unverified: boolean;
  /** Empty where it is none. */
  readonly duplicateOf?: string;
  readonly consent?: Consent;
}

/** The cell of the column FLAGS: `bot unverified duplicate denied`, of these what applies. */
export function flagsOf({ bot, unverified, duplicateOf, consent }: Flagged): string {
  const flags = [
    bot && 'bot',
    unverified && 'unverified',
    duplicateOf && 'duplicate',
    consent?.choice === 'denied' && 'denied',
  ];
  return flags.filter(Boolean).join(' ');
}
