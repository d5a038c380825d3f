import type { Consent } from '@trackline/domain/consent';
import type { Transaction } from '@trackline/domain/tracking-event';

/** What is to be known of an event or an order before it is counted. */
interface Flagged {
  readonly bot: boolean;
  readonly unverified: boolean;
  /** Empty where it is none. */
  readonly duplicateOf?: string;
  readonly consent?: Consent;
  readonly transaction?: Pick<Transaction, 'claims'> | null;
}

/** The cell of the column FLAGS: `bot unverified duplicate no-claim denied`, of these what applies. */
export function flagsOf({ bot, unverified, duplicateOf, transaction, consent }: Flagged): string {
  const flags = [
    bot && 'bot',
    unverified && 'unverified',
    duplicateOf && 'duplicate',
    transaction?.claims === false && 'no-claim',
    consent?.choice === 'denied' && 'denied',
  ];
  return flags.filter(Boolean).join(' ');
}
