/** A Lambda has time; a tracker does not. */
const redisTimeoutMs = 2_000;

/** Every bound of the updater that is not an operator's to choose. */
export const limits = Object.freeze({
  redisTimeoutMs,
  /**
   * So long before the end of an invocation no update is begun any more, nor the table waited for: a store
   * that does not answer takes the rest. The answer, record by record, says more than the time-out of a
   * Lambda.
   */
  answerMarginMs: redisTimeoutMs + 500,
});
