/** The bounds of what is written to DynamoDB, and of how much of it at a time. */
export const limits = Object.freeze({
  /** BatchWriteItem takes no more. */
  batchItemsMax: 25,
  /**
   * Calls of BatchWriteItem under way, for one batch of events. DynamoDB Local in memory took 6,000 items a second
   * from 2 at a time, 8,000 from 4, 8,500 from 8, and from 16 or 32 no more than that.
   */
  batchesAtOnce: 8,
  /** Events that are put one by one: so many at a time, beside the batches. */
  putsAtOnce: 16,
  /** Connections of one client. */
  socketsMax: 32,
});
