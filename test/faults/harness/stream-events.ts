import { sourceRecords } from '@trackline/adapters/kinesis-records/kinesis-records';
import { connectShardReader } from '@trackline/local/event-source-mapping/shard-reader.kinesis';
import { decodeRecord } from '@trackline/proto/tracking-event';
import type { ConsumersPlace } from './consumers.ts';

/** How many events are on the event stream, and how many of them are there once more: the ledger books ranges. */
export async function countOnStream({ region, kinesisEndpoint: endpoint, eventStream }: ConsumersPlace) {
  const reader = connectShardReader({ region, endpoint, streamName: eventStream });
  const places = new Set<string>();
  let events = 0;
  try {
    for (const { shardId } of await reader.shards()) {
      let after: string | null = null;
      for (;;) {
        const { records } = await reader.read(shardId, after, 100);
        if (records.length === 0) break;
        after = records.at(-1)!.kinesis.sequenceNumber;
        for (const { bytes, origin } of sourceRecords({ Records: [...records] }).flatMap(
          ({ parts }) => parts,
        )) {
          const decoded = decodeRecord(bytes, origin);
          if (decoded.kind !== 'event') continue;
          events++;
          places.add(`${decoded.event.writer} ${decoded.event.sequence}`);
        }
      }
    }
  } finally {
    await reader.close();
  }
  return { events, again: events - places.size };
}
