/**
 * The tables of the event store and of programs, as whoever creates them needs to know them. All have the
 * string keys `pk` (hash) and `sk` (range), and are on demand.
 */
export const tableDefinitions = {
  trackingEvents: { defaultName: 'trackline-tracking-events', ttlAttribute: 'expiresAt' },
  transactions: { defaultName: 'trackline-transactions', ttlAttribute: null },
  programs: { defaultName: 'trackline-programs', ttlAttribute: null },
  ledger: { defaultName: 'trackline-ledger', ttlAttribute: 'expiresAt' },
  deadLetters: { defaultName: 'trackline-dead-letters', ttlAttribute: null },
} as const;

export type TableName = keyof typeof tableDefinitions;

/** 13 months: a year, and what somebody needs to compare with the last one. */
export const retentionMs = 396 * 24 * 3600 * 1000;
