import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random } from '@trackline/domain/clock';
import { endingAt } from './dynamodb-client.dynamodb.ts';
import type { Item } from './item.dynamodb.ts';
import { fits } from './item-size.dynamodb.ts';
import { itemTooLarge, type WriteFailure, type WriteOutcome, written } from './write-outcome.ts';

/** BatchWriteItem takes no more. */
const batchItemsMax = 25;
const batchesAtOnce = 8;
const retryBaseMs = 25;
const retryMaxMs = 2_000;

/** Errors of DynamoDB's that call the client guilty and mean "later". */
const throttles = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
]);

export interface BatchTable {
  /** Sends a call once: what is to be repeated is repeated here. */
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly random: Random;
}

interface Entry {
  readonly index: number;
  readonly item: Item;
}

/**
 * Puts items, in batches of 25, eight at a time, in order: when time runs out, the first are done. What the
 * table leaves unprocessed, and what fails in passing, is tried again with full jitter until the deadline. An
 * item that the table never takes is found by halving its batch, and fails alone.
 *
 * @param items made as they are needed, so that a large batch is never in memory as items
 * @param deadlineMs of `clock`, monotonic
 * @returns an outcome for each item, in order. Never rejects.
 */
export async function batchWrite(
  { client, tableName, clock, random }: BatchTable,
  items: Iterable<Item>,
  deadlineMs: number,
): Promise<WriteOutcome[]> {
  const outcomes: WriteOutcome[] = [];
  const settle = (entries: readonly Entry[], outcome: WriteOutcome) => {
    for (const { index } of entries) outcomes[index] = outcome;
  };

  async function write(batch: readonly Entry[]): Promise<void> {
    let left = batch;
    let failure = failed('DeadlineExceeded', 'The time was up before it was tried.');
    for (let attempt = 0; clock.monotonicMs() < deadlineMs; attempt++) {
      try {
        const unprocessed = await put(left);
        settle(left, written);
        left = left.filter(({ item }) => unprocessed.has(keyOf(item)));
        if (left.length === 0) return;
        failure = failed('Unprocessed', 'The table left it unprocessed until the time was up.');
      } catch (thrown) {
        const error = thrown as AwsError;
        if (isSomeItemsFault(error) && left.length > 1) {
          const middle = Math.ceil(left.length / 2);
          await write(left.slice(0, middle));
          return write(left.slice(middle));
        }
        // That the deadline cut the last try short says less than why the one before failed.
        if (attempt === 0 || clock.monotonicMs() < deadlineMs) failure = failureOf(error);
        if (!isPassing(error)) break;
      }
      const waitMs = fullJitterMs(attempt, retryBaseMs, retryMaxMs, random);
      if (clock.monotonicMs() + waitMs >= deadlineMs) break;
      await delay(clock, waitMs);
    }
    settle(left, failure);
  }

  /** One call; gives the keys that the table left unprocessed. */
  async function put(batch: readonly Entry[]): Promise<ReadonlySet<string>> {
    const requests = batch.map(({ item }) => ({ PutRequest: { Item: item } }));
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }),
      endingAt(deadlineMs, clock.monotonicMs()),
    );
    const left = UnprocessedItems[tableName] ?? [];
    return new Set(left.map(({ PutRequest }) => keyOf(PutRequest!.Item!)));
  }

  const batches = batchesOf(items, (entry) => settle([entry], tooLarge));
  const worker = async () => {
    for (const batch of batches) await write(batch);
  };
  await Promise.all(Array.from({ length: batchesAtOnce }, worker));
  return outcomes;
}

/**
 * Cuts items into batches whose keys differ, as BatchWriteItem wants them; what is too large never gets into
 * one.
 */
function* batchesOf(items: Iterable<Item>, refuse: (entry: Entry) => void): Generator<readonly Entry[]> {
  let batch = new Map<string, Entry>();
  let index = 0;
  for (const item of items) {
    const entry = { index: index++, item };
    const key = keyOf(item);
    if (!fits(item)) {
      refuse(entry);
      continue;
    }
    if (batch.size === batchItemsMax || batch.has(key)) {
      yield [...batch.values()];
      batch = new Map();
    }
    batch.set(key, entry);
  }
  if (batch.size > 0) yield [...batch.values()];
}

function keyOf(item: Item): string {
  return `${item.pk!.S}\u0000${item.sk!.S}`;
}

type AwsError = Error & { readonly $fault?: 'client' | 'server' };

/** Whether the call may be refused for one of its items. */
function isSomeItemsFault({ name }: AwsError): boolean {
  return name === 'ValidationException' || name === 'SerializationException';
}

/**
 * Whether an error may be gone in a moment. One that is not (no access, no such table) is left to the
 * stream's own retry.
 */
function isPassing(error: AwsError): boolean {
  return error.$fault !== 'client' || throttles.has(error.name);
}

const tooLarge: WriteFailure = Object.freeze({
  ok: false,
  code: itemTooLarge,
  detail: 'Its item is larger than 400 KB, or a name in it longer than 64 KB.',
  retriable: false,
});

function failureOf(error: AwsError): WriteFailure {
  if (!isSomeItemsFault(error)) return failed(error.name, error.message);
  if (error.message.startsWith('Item size')) return tooLarge;
  // What is wrong with a key is wrong with the table (its keys are not ours): no item's fault, and for a
  // person to mend.
  const isItemsFault = !/\bkeys?\b/i.test(error.message);
  return { ok: false, code: error.name, detail: error.message, retriable: !isItemsFault };
}

function failed(code: string, detail: string): WriteFailure {
  return { ok: false, code, detail, retriable: true };
}
