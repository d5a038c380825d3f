import { type WriteOutcome, written } from '@trackline/adapters/dynamodb/write-outcome';
import type { WrittenTable } from '@trackline/adapters/dynamodb/written-table.dynamodb';
import { putEvents } from '@trackline/adapters/event-store/put-events.dynamodb';
import { retentionMs } from '@trackline/adapters/event-store/tables';
import type { StorableEvent } from '@trackline/adapters/event-store/tracking-events';
import { sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import { systemClock as clock } from '@trackline/domain/clock';
import { claimedBy, type OrderMessage } from '@trackline/domain/order';
import { Pace } from '@trackline/domain/pace';
import { type ConsumerParts, consume } from '@trackline/event-consumer/consume';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { seededRandom } from '../../test/helpers/seeded-random.ts';
import { kinesisBatch } from './kinesis-batch.ts';
import { mixedEvents } from './mixed-events.ts';

/**
 * Consumes the same batch again and again, with tables that take at once what they are called with, and prints what
 * each event of it costs. Arguments: rounds, events of a batch.
 */

const [rounds, events] = process.argv.slice(2).map(Number) as [number, number];
/** In which the code is compiled. */
const warmUpRounds = 5;
const batchesPerRound = 5;

let requests = 0;
const client = {
  async send({ input }: { readonly input: object }) {
    if (input !== undefined) requests++;
    return {};
  },
};
const random = seededRandom(5);
const table = { client, tableName: 'tracking-events', clock, random, pace: new Pace(clock, random) };
const allWritten = async (items: readonly unknown[]): Promise<WriteOutcome[]> => items.map(() => written);
const unasked = () => {
  throw new Error('The consumer did what this batch gives no cause for.');
};

const parts: ConsumerParts = {
  trackingEvents: {
    put: (all: readonly StorableEvent[], deadlineMs: number) =>
      putEvents(table as unknown as WrittenTable, all, retentionMs, deadlineMs),
    readBack: unasked,
    markDuplicate: unasked,
    close: unasked,
  },
  transactions: {
    settle: async (message: OrderMessage) => ({
      ok: true,
      role: 'claim',
      order: claimedBy(message, 'attributed', message.publisherId),
    }),
    close: unasked,
  },
  ledger: { book: allWritten, state: allWritten, close: unasked },
  deadLetters: { put: allWritten, close: unasked },
  telemetry: { batchConsumed() {}, writeFailed: unasked, deadLettered: unasked, invocationFailed: unasked },
  clock,
};

const batch = kinesisBatch(mixedEvents(events, { random, fromMs: clock.wallMs() }));
const deadlines = { eventsMs: Infinity, ordersMs: Infinity, writesMs: Infinity };
const figures: number[] = [];
for (let round = -warmUpRounds; round < rounds; round++) {
  const before = process.cpuUsage();
  for (let n = 0; n < batchesPerRound; n++) {
    const failed = await consume(parts, sourceRecords(batch), deadlines);
    if (failed.length > 0) throw new Error(`Records failed: ${failed}`);
  }
  const { user, system } = process.cpuUsage(before);
  if (round >= 0) figures.push((user + system) / (batchesPerRound * events));
}
const medianUs = percentile(figures, 0.5);
process.stdout.write(JSON.stringify({ medianUs, leastUs: Math.min(...figures), rounds, requests }));
