import type { LedgerRow } from '@trackline/domain/ledger';

/** What was booked of one aggregate, of which the first `dead` events are dead letters. */
export function ledgerRow(
  writer: string,
  first: number,
  last: number,
  storedAtMs: number,
  dead = 0,
): LedgerRow {
  const deadLetters = dead > 0 ? [{ first, last: first + dead - 1 }] : [];
  return { writer, first, last, storedAtMs, deadLetters };
}
