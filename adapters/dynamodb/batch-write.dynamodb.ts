import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Random } from '@trackline/domain/clock';
import type { Item } from './item.dynamodb.ts';
import { fits } from './item-size.dynamodb.ts';
import { type CallOptions, isSomeItemsFault, retryUntil, tooLarge } from './retry-until.dynamodb.ts';
import { type WriteOutcome, written } from './write-outcome.ts';

/** BatchWriteItem takes no more. */
const batchItemsMax = 25;
const batchesAtOnce = 8;

/** A table that is written. */
export interface WrittenTable {
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
  table: WrittenTable,
  items: Iterable<Item>,
  deadlineMs: number,
): Promise<WriteOutcome[]> {
  const { client, tableName } = table;
  const outcomes: WriteOutcome[] = [];
  const settle = (entries: readonly Entry[], outcome: WriteOutcome) => {
    for (const { index } of entries) outcomes[index] = outcome;
  };

  async function write(batch: readonly Entry[]): Promise<void> {
    let left = batch;
    const outcome = await retryUntil(table, deadlineMs, async (options) => {
      const unprocessed = await put(left, options);
      settle(left, written);
      left = left.filter(({ item }) => unprocessed.has(keyOf(item)));
      if (left.length > 0) throw new Unprocessed();
    });
    if (outcome.ok) return;
    if (!isSomeItemsFault(outcome) || left.length === 1) {
      settle(left, outcome);
      return;
    }
    const middle = Math.ceil(left.length / 2);
    await write(left.slice(0, middle));
    await write(left.slice(middle));
  }

  /** One call; gives the keys that the table left unprocessed. */
  async function put(batch: readonly Entry[], options: CallOptions): Promise<ReadonlySet<string>> {
    const requests = batch.map(({ item }) => ({ PutRequest: { Item: item } }));
    const { UnprocessedItems = {} } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: requests } }),
      options,
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

class Unprocessed extends Error {
  override readonly name = 'Unprocessed';

  constructor() {
    super('The table left it unprocessed until the time was up.');
  }
}
