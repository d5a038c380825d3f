import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random } from '@trackline/domain/clock';
import type { EventStream, PutOutcome, StreamRecord } from './event-stream.ts';

/** A call to the stream takes no more (PutRecords, Amazon Kinesis Data Streams API Reference). */
const putRecordsMax = 500;
const putBytesMax = 5 * 1024 * 1024;
const retryBaseMs = 50;
const retryMaxMs = 2_000;

export interface PutOptions {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  /** Gives up when the stream has taken nothing for so long. */
  readonly giveUpAfterMs: number;
  readonly onTaken?: ((taken: number) => void) | undefined;
}

const notTried: PutOutcome = Object.freeze({ ok: false, code: 'NotSent', throttled: false, retriable: true });

/**
 * Puts records onto a stream, up to 500 a call. Puts again only what failed, with full jitter, and gives up on what
 * no retry mends. Each record's last outcome, in order. Never rejects.
 */
export async function putUntilTaken(
  records: readonly StreamRecord[],
  { stream, clock, random, giveUpAfterMs, onTaken }: PutOptions,
): Promise<readonly PutOutcome[]> {
  const outcomes = new Array<PutOutcome>(records.length).fill(notTried);
  let waiting = [...records.keys()];
  let taken = 0;
  let failedCalls = 0;
  let lastSuccessMs = clock.monotonicMs();
  while (waiting.length > 0) {
    const batch = nextBatch(waiting, records);
    const ofBatch = await stream.put(batch.map((index) => records[index]!));
    const again: number[] = [];
    batch.forEach((index, i) => {
      const outcome = ofBatch[i]!;
      outcomes[index] = outcome;
      if (!outcome.ok && outcome.retriable) again.push(index);
    });
    waiting = [...again, ...waiting.slice(batch.length)];
    const takenNow = ofBatch.filter(({ ok }) => ok).length;
    taken += takenNow;
    onTaken?.(taken);
    if (takenNow > 0) lastSuccessMs = clock.monotonicMs();
    if (again.length === 0) {
      // Nothing taken, nothing to be mended by trying: the rest would fare no better.
      if (takenNow === 0) break;
      failedCalls = 0;
      continue;
    }
    if (clock.monotonicMs() - lastSuccessMs >= giveUpAfterMs) break;
    await delay(clock, fullJitterMs(failedCalls++, retryBaseMs, retryMaxMs, random));
  }
  return outcomes;
}

/** As many from the front as one call takes. */
function nextBatch(waiting: readonly number[], records: readonly StreamRecord[]): number[] {
  const batch: number[] = [];
  let bytes = 0;
  for (const index of waiting) {
    const { data, partitionKey } = records[index]!;
    bytes += data.length + partitionKey.length;
    if (batch.length === putRecordsMax || bytes > putBytesMax) break;
    batch.push(index);
  }
  return batch;
}
