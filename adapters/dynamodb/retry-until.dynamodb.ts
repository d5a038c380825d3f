import { fullJitterMs } from '@trackline/domain/backoff';
import { delay } from '@trackline/domain/clock';
import { endingAt } from './dynamodb-client.dynamodb.ts';
import { UnreadableItem } from './unreadable-item.ts';
import { itemTooLarge, itemUnreadable, type WriteFailure } from './write-outcome.ts';
import type { WrittenTable } from './written-table.dynamodb.ts';

const retryBaseMs = 25;
const retryMaxMs = 2_000;

/** Errors of DynamoDB's that call the client guilty and mean "later". */
const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

/** What a call is sent with: it ends at the deadline. */
export type CallOptions = ReturnType<typeof endingAt>;

/** What a call fails with that the table did in part, for want of room. */
export class Unprocessed extends Error {
  override readonly name = 'Unprocessed';
  /** How much of the call, of 1, the table left. */
  readonly share: number;

  constructor(share: number) {
    super('The table left it unprocessed until the time was up.');
    this.share = share;
  }
}

/**
 * Does something with a table, at the pace that it can take. What fails in passing is tried again until the
 * deadline: for want of room at the table's pace, for another cause with full jitter. What no retry mends
 * fails at once.
 *
 * @param attempt must be the same when repeated, since the reply of one that succeeded may be lost
 * @param deadlineMs of the table's clock, monotonic; Infinity for none
 * @returns what `attempt` gave, or why it never succeeded. Never rejects.
 */
export async function retryUntil<T>(
  { clock, random, pace }: Pick<WrittenTable, 'clock' | 'random' | 'pace'>,
  deadlineMs: number,
  attempt: (options: CallOptions) => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | WriteFailure> {
  let failure: WriteFailure | null = null;
  let failures = 0;
  while (await pace.turn(deadlineMs)) {
    const begunMs = clock.monotonicMs();
    try {
      const value = await attempt(endingAt(deadlineMs, begunMs));
      pace.taken();
      return { ok: true, value };
    } catch (thrown) {
      const error = thrown as AwsError;
      // That the deadline cut the last try short says less than why the one before failed.
      if (failure === null || clock.monotonicMs() < deadlineMs) failure = failureOf(error);
      if (!isPassing(error)) break;
      if (isThrottle(error)) {
        pace.refused(begunMs, error instanceof Unprocessed ? error.share : 1);
        failures = 0;
        continue;
      }
    }
    const waitMs = fullJitterMs(failures++, retryBaseMs, retryMaxMs, random);
    if (clock.monotonicMs() + waitMs >= deadlineMs) break;
    await delay(clock, waitMs);
  }
  return failure ?? failed('DeadlineExceeded', 'The time was up before it was tried.');
}

/** Whether the call may have been refused for one of its items. */
export function isSomeItemsFault({ code }: WriteFailure): boolean {
  return refusals.has(code) || code === itemTooLarge;
}

/** Why a call is refused for what it holds. */
const refusals = new Set(['ValidationException', 'SerializationException']);

type AwsError = Error & { readonly $fault?: 'client' | 'server' };

/**
 * Whether an error may be gone in a moment. One that is not (no access, no such table) is left to the
 * stream's own retry.
 */
function isPassing(error: AwsError): boolean {
  if (error instanceof UnreadableItem) return false;
  return error.$fault !== 'client' || isThrottle(error);
}

/** Whether the table has no room for it now. */
function isThrottle(error: AwsError): boolean {
  return error instanceof Unprocessed || throttles.has(error.name);
}

/** What is larger than a table takes; nobody's retry makes it smaller. */
export const tooLarge: WriteFailure = Object.freeze({
  ok: false,
  code: itemTooLarge,
  detail: 'Its item is larger than 400 KB, or a name in it longer than 64 KB.',
  retriable: false,
});

function failureOf(error: AwsError): WriteFailure {
  if (error instanceof UnreadableItem) {
    return { ok: false, code: itemUnreadable, detail: error.message, retriable: false };
  }
  if (!refusals.has(error.name)) return failed(error.name, error.message);
  if (error.message.startsWith('Item size')) return tooLarge;
  // What is wrong with a key is wrong with the table (its keys are not ours): no item's fault, and for a
  // person to mend.
  const isItemsFault = !/\bkeys?\b/i.test(error.message);
  return { ok: false, code: error.name, detail: error.message, retriable: !isItemsFault };
}

function failed(code: string, detail: string): WriteFailure {
  return { ok: false, code, detail, retriable: true };
}
