import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { encodeEvent } from '@trackline/proto/tracking-event';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { seededRandom } from '../../test/helpers/seeded-random.ts';
import { aggregatesOf } from './kinesis-batch.ts';
import { mixedEvents } from './mixed-events.ts';

/** What a shard takes in a second ("Quotas and limits", Amazon Kinesis Data Streams Developer Guide): 1 MB. */
const shardBytesPerSecond = 1_000_000;

export interface StreamCost {
  /** Events of the mixed scenario that fit into one shard's second. */
  readonly eventsPerMB: number;
  /** Bytes that are neither of an encoded event, by those that are. */
  readonly overhead: number;
  readonly meanEventBytes: number;
  readonly medianEventBytes: number;
  /** Of the mean event, the bytes that a field takes with its tag and length, the largest first. */
  readonly bytesByField: Readonly<Record<string, number>>;
}

const events = 20_000;

/** How much of the stream events take, in full aggregates, as under load. */
export function streamCost(): StreamCost {
  const all = mixedEvents(events, { random: seededRandom(5), fromMs: Date.UTC(2026, 10, 17, 13) });
  const sizes = all.map(sizeOf);
  const eventBytes = sum(sizes);
  // Kinesis counts a record's partition key with its data.
  const keyBytes = Buffer.byteLength(all[0]!.writer);
  const streamBytes = sum(aggregatesOf(all).map(({ length }) => length + keyBytes));
  return {
    eventsPerMB: Math.floor(shardBytesPerSecond / (streamBytes / events)),
    overhead: streamBytes / eventBytes - 1,
    meanEventBytes: eventBytes / events,
    medianEventBytes: percentile(sizes, 0.5),
    bytesByField: bytesByField(all.slice(0, 2_000)),
  };
}

/** How much shorter events are without each of their fields. */
function bytesByField(all: readonly RecordedEvent[]): Record<string, number> {
  const without: Partial<Record<keyof RecordedEvent, unknown>> = {
    sequence: 0,
    programVersion: 0,
    receivedAtMs: 0,
  };
  const empty = {
    params: {},
    transaction: null,
    consent: { choice: '', basis: 'configuration' },
    ...without,
  };
  const whole = sum(all.map(sizeOf));
  const fields = Object.keys(all[0]!).map((name) => {
    const left = sum(all.map((event) => sizeOf({ ...event, ...blank(name) } as RecordedEvent)));
    return [name, Math.round(((whole - left) / all.length) * 10) / 10] as const;
  });
  return Object.fromEntries(fields.filter(([, bytes]) => bytes > 0).toSorted(([, a], [, b]) => b - a));

  function blank(name: string): object {
    return { [name]: empty[name as keyof typeof empty] ?? (name === 'transaction' ? null : '') };
  }
}

function sizeOf(event: RecordedEvent): number {
  return encodeEvent(event, event.sequence).length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
