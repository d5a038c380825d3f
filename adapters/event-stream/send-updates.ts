import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { EventStream, StreamRecord } from './event-stream.ts';

/** A call to the stream takes no more (PutRecords, Amazon Kinesis Data Streams API Reference). */
const putRecordsMax = 500;
const putBytesMax = 5 * 1024 * 1024;
const retryBaseMs = 50;
const retryMaxMs = 2_000;

export interface SendOptions {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  /** Gives up when the stream has taken nothing for so long. */
  readonly giveUpAfterMs: number;
  readonly onSent?: (sent: number) => void;
}

/** `null`: the stream has it. Else the stream's code for why it does not. */
export type SendError = string | null;

/**
 * Puts updates onto the core-data stream, as any business system would: one JSON text a record, the program's
 * id as partition key, up to 500 a call. Sends again only what failed, with full jitter, and gives up on what
 * no retry mends. One outcome for each, in order.
 */
export async function sendUpdates(
  programs: readonly ProgramVersion[],
  options: SendOptions,
): Promise<readonly SendError[]> {
  const { stream, clock, random, giveUpAfterMs, onSent } = options;
  const records = programs.map((program) => ({
    data: Buffer.from(formatUpdate(program)),
    partitionKey: program.id,
  }));
  const errors = new Array<SendError>(programs.length).fill('NotSent');
  let waiting = [...records.keys()];
  let sent = 0;
  let failedCalls = 0;
  let lastSuccessMs = clock.monotonicMs();
  while (waiting.length > 0) {
    const batch = nextBatch(waiting, records);
    const outcomes = await stream.put(batch.map((index) => records[index]!));
    const again: number[] = [];
    batch.forEach((index, i) => {
      const outcome = outcomes[i]!;
      errors[index] = outcome.ok ? null : outcome.code;
      if (!outcome.ok && outcome.retriable) again.push(index);
    });
    waiting = [...again, ...waiting.slice(batch.length)];
    const taken = outcomes.filter(({ ok }) => ok).length;
    sent += taken;
    onSent?.(sent);
    if (taken > 0) lastSuccessMs = clock.monotonicMs();
    if (again.length === 0) {
      // Nothing taken, nothing to be mended by trying: the rest would fare no better.
      if (taken === 0) break;
      failedCalls = 0;
      continue;
    }
    if (clock.monotonicMs() - lastSuccessMs >= giveUpAfterMs) break;
    await delay(clock, fullJitterMs(failedCalls++, retryBaseMs, retryMaxMs, random));
  }
  return errors;
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
