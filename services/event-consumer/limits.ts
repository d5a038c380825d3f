/** Every bound of the consumer that is not an operator's to choose. */
export const limits = Object.freeze({
  /**
   * The share of an invocation's time after which no event is tried again: what was stored by then is still
   * to be settled and booked.
   */
  eventsShareOfTime: 0.55,
  /** The share after which no order is. */
  ordersShareOfTime: 0.75,
  /**
   * The share after which nothing is: the answer, record by record, says more than the time-out of a Lambda.
   */
  writesShareOfTime: 0.9,
  /** Dead letters of one record; beyond them the record is kept whole, as one. */
  lettersPerRecordMax: 100,
  /** Of one row of the ledger: so many are 170 KB at most, and an item is 400. */
  deadIntervalsPerRowMax: 5_000,
  /** Orders that are settled at a time; the messages of one follow each other. */
  ordersAtOnce: 16,
  /**
   * Transactions that are settled and marked before any other is begun: so a batch that needs more time than
   * there is gets on from its head, and is not begun anew for ever.
   */
  transactionsPerRound: 250,
});

/** When which writes must have ended, in monotonic ms. */
export interface Deadlines {
  readonly eventsMs: number;
  readonly ordersMs: number;
  readonly writesMs: number;
}

export function deadlinesOf(nowMs: number, remainingMs: number): Deadlines {
  return {
    eventsMs: nowMs + remainingMs * limits.eventsShareOfTime,
    ordersMs: nowMs + remainingMs * limits.ordersShareOfTime,
    writesMs: nowMs + remainingMs * limits.writesShareOfTime,
  };
}
