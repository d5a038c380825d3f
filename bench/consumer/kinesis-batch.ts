import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { encodeAggregate, type UserRecord } from '@trackline/proto/kpl';
import { innerRecordBytes, runOverheadBytes } from '@trackline/proto/kpl-run';
import { encodeEvent } from '@trackline/proto/tracking-event';
import type { KinesisStreamEvent } from 'aws-lambda';
import { kinesisEvent } from '../../test/helpers/kinesis-records.ts';

/** As the tracker's sender cuts them (services/tracker/limits.ts). */
const aggregateBytesMax = 128 * 1024;
/** The longest that there is: 39 digits. */
const hashKey = (2n ** 128n - 1n).toString();

/** The records of the stream that hold one writer's consecutive events, each as full as the sender makes them. */
export function aggregatesOf(events: readonly RecordedEvent[]): Uint8Array[] {
  const { writer } = events[0]!;
  const emptyBytes = runOverheadBytes(writer, hashKey);
  const aggregates: UserRecord[][] = [];
  let bytes = Infinity;
  for (const event of events) {
    const data = encodeEvent(event, event.sequence);
    const recordBytes = innerRecordBytes(data.length);
    if (bytes + recordBytes > aggregateBytesMax) {
      aggregates.push([]);
      bytes = emptyBytes;
    }
    aggregates.at(-1)!.push({ partitionKey: writer, explicitHashKey: hashKey, data });
    bytes += recordBytes;
  }
  return aggregates.map(encodeAggregate);
}

/** The same as one invocation's payload. */
export function kinesisBatch(events: readonly RecordedEvent[]): KinesisStreamEvent {
  return kinesisEvent(...aggregatesOf(events));
}
