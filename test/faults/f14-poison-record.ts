import { randomFillSync, randomUUID } from 'node:crypto';
import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { systemClock } from '@trackline/domain/clock';
import { newMessageId } from '@trackline/domain/message-id';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { encodeAggregate } from '@trackline/proto/kpl';
import { recordedEvent } from '../helpers/events.ts';
import { bytesOf } from '../helpers/kinesis-records.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { percentile } from './harness/percentile.ts';
import { type System, withSystem } from './harness/system.ts';

interface Poison {
  readonly bytes: (like: RecordedEvent) => Uint8Array;
  /** Whether its writer and number can be read, also where nothing around it tells them. */
  readonly isNumbered: boolean;
}

const poisons: readonly Poison[] = [
  { bytes: () => Buffer.from('ff'.repeat(40), 'hex'), isNumbered: false },
  { bytes: (like) => bytesOf({ ...like, messageId: '' }), isNumbered: false },
  // An item of over 400 KB.
  { bytes: (like) => bytesOf({ ...like, params: { a: 'x'.repeat(420_000) } }), isNumbered: true },
];
/** Records of a batch, and events of an aggregate. */
const size = 10;
const positions = { first: 0, middle: size / 2, last: size - 1 };
const forms = ['records', 'aggregate'] as const;
const rounds = { short: 1, long: 20 };

/** Records that nobody can read or store, anywhere in a batch or an aggregate, one at a time. */
export const fault: Fault = {
  id: 'F14',
  injects: 'a poison record: first, in the middle, last',
  expects: 'it is a dead letter alone, its neighbours are persisted',
  run: (surroundings) =>
    // One shard, so that it could hold up all that come behind it.
    withSystem(surroundings, { shards: 1 }, async (system) => {
      const parts = connect(system);
      try {
        const tookMs: Record<'with' | 'without', number[]> = { with: [], without: [] };
        let poisoned = 0;
        for (let round = 0; round < rounds[surroundings.short ? 'short' : 'long']; round++) {
          for (const poison of poisons) {
            for (const at of Object.values(positions)) {
              for (const form of forms) {
                tookMs.with.push(await pass(system, parts, form, at, poison));
                tookMs.without.push(await pass(system, parts, form, at, null));
                poisoned++;
              }
            }
          }
          surroundings.say(`${poisoned} poison records, ${system.oracle.accepted} neighbours.`);
        }
        const settled = await system.settle();
        const letters = await parts.countLetters();
        const medianMs = (ms: readonly number[]) => Math.round(percentile(ms, 0.5));
        const [withMs, withoutMs] = [medianMs(tookMs.with), medianMs(tookMs.without)];
        return {
          events: settled.events,
          figure:
            `neighbours of ${poisoned} poison records are delayed by ${Math.max(0, withMs - withoutMs)} ms ` +
            `(${withMs} ms in all, the median); ${letters} dead letters`,
          violations: [
            ...settled.violations,
            ...(letters === poisoned ? [] : [`${poisoned} poison records made ${letters} dead letters`]),
          ],
        };
      } finally {
        await parts.close();
      }
    }),
};

type Parts = ReturnType<typeof connect>;

/**
 * Puts events of a writer of their own in one call, one of them poison or none, and waits until the others are
 * persisted. How long that took, in ms.
 */
async function pass(
  { oracle, place }: System,
  { stream, events }: Parts,
  form: (typeof forms)[number],
  at: number,
  poison: Poison | null,
): Promise<number> {
  const writer = randomUUID();
  const nowMs = systemClock.wallMs();
  // A record of its own that can't be read is nobody's: no number is its.
  const isNobodys = poison !== null && !poison.isNumbered && form === 'records';
  const all = Array.from({ length: size }, (_, index) =>
    recordedEvent({
      messageId: newMessageId(nowMs, randomFillSync),
      receivedAtMs: nowMs,
      writer,
      sequence: index + 1 - (isNobodys && index > at ? 1 : 0),
    }),
  );
  const bodies = all.map((event, index) => (index === at && poison ? poison.bytes(event) : bytesOf(event)));
  const neighbours = all.filter((_, index) => !(index === at && poison));
  for (const { messageId } of neighbours) oracle.accept(messageId);
  const records =
    form === 'records'
      ? bodies
      : [encodeAggregate(bodies.map((data) => ({ partitionKey: writer, explicitHashKey: '0', data })))];
  const fromMs = performance.now();
  const outcomes = await stream.put(records.map((data) => ({ data, partitionKey: writer })));
  const refused = outcomes.find(({ ok }) => !ok);
  if (refused) throw new Error(`${place.eventStream} took not all: ${JSON.stringify(refused)}`);
  for (const { programId, messageId } of neighbours) {
    await until('a neighbour to be persisted', () => events.find(programId, messageId), 60_000);
  }
  return performance.now() - fromMs;
}

function connect({ place }: System) {
  const { region, tables } = place;
  const target = { region, endpoint: place.dynamodbEndpoint, clock: systemClock, random: Math.random };
  const events = connectTrackingEvents({ ...target, tableName: tables.trackingEvents });
  const deadLetters = connectDeadLetters({ ...target, tableName: tables.deadLetters });
  const stream = connectKinesisEventStream({
    region,
    endpoint: place.kinesisEndpoint,
    streamName: place.eventStream,
    requestTimeoutMs: 5_000,
  });
  return {
    events,
    stream,
    async countLetters(): Promise<number> {
      let letters = 0;
      for await (const _ of deadLetters.listAll()) letters++;
      return letters;
    },
    close: () => Promise.all([events.close(), deadLetters.close(), stream.close()]),
  };
}
