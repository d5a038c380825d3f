import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import type { Item } from './item.dynamodb.ts';
import { fits } from './item-size.dynamodb.ts';
import { limits } from './limits.ts';
import {
  type CallOptions,
  isSomeItemsFault,
  retryUntil,
  tooLarge,
  Unprocessed,
} from './retry-until.dynamodb.ts';
import { type WriteOutcome, written } from './write-outcome.ts';
import type { WrittenTable } from './written-table.dynamodb.ts';

interface Entry {
  readonly index: number;
  readonly item: Item;
}

/**
 * Puts items, in batches of 25 of which eight at most are under way, in order: when time runs out, the first are
 * done. What fails in passing is tried again until the deadline; so is what the table leaves unprocessed, filled up
 * with what waits, so that a table that is short of room gets no more calls than it must. An item that the table
 * never takes is found by halving its batch, and fails alone.
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
  const waiting = new Waiting(items, (entry) => settle([entry], tooLarge));
  const settle = (entries: readonly Entry[], outcome: WriteOutcome) => {
    for (const { index } of entries) outcomes[index] = outcome;
  };

  async function write(batch: readonly Entry[]): Promise<void> {
    let left = batch;
    const outcome = await retryUntil(table, deadlineMs, async (options) => {
      const unprocessed = await put(left, options);
      settle(left, written);
      if (unprocessed.size === 0) return;
      const share = unprocessed.size / left.length;
      left = waiting.fill(left.filter(({ item }) => unprocessed.has(keyOf(item))));
      throw new Unprocessed(share);
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

  const worker = async () => {
    for (let batch = waiting.fill(); batch.length > 0; batch = waiting.fill()) await write(batch);
  };
  await Promise.all(Array.from({ length: limits.batchesAtOnce }, worker));
  return outcomes;
}

/** Items that are in no batch so far; what is too large never gets into one. */
class Waiting {
  readonly #items: Iterator<Item>;
  readonly #refuse: (entry: Entry) => void;
  #index = 0;
  #next: Entry | null = null;

  constructor(items: Iterable<Item>, refuse: (entry: Entry) => void) {
    this.#items = items[Symbol.iterator]();
    this.#refuse = refuse;
  }

  /** A batch, filled up with the next ones; its keys differ, as BatchWriteItem wants them. */
  fill(batch: readonly Entry[] = []): readonly Entry[] {
    const filled = new Map(batch.map((entry) => [keyOf(entry.item), entry]));
    while (filled.size < limits.batchItemsMax) {
      this.#next ??= this.#pull();
      if (this.#next === null) break;
      const key = keyOf(this.#next.item);
      if (filled.has(key)) break;
      filled.set(key, this.#next);
      this.#next = null;
    }
    return [...filled.values()];
  }

  #pull(): Entry | null {
    for (let next = this.#items.next(); !next.done; next = this.#items.next()) {
      const entry = { index: this.#index++, item: next.value };
      if (fits(entry.item)) return entry;
      this.#refuse(entry);
    }
    return null;
  }
}

function keyOf(item: Item): string {
  return `${item.pk!.S}\u0000${item.sk!.S}`;
}
