import type { ListedBatch } from '@trackline/adapters/on-failure/on-failure';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { decodeLetter, describeParts } from '../decode-letter.ts';
import { Failure } from '../failure.ts';
import { hexDump } from '../hex-dump.ts';
import { limits } from '../limits.ts';
import { type Cell, count, pairs, table } from '../table.ts';
import { dayOf, iso, shortIso } from '../time.ts';
import type { ListOptions } from './dead-letters.ts';

/**
 * `dead-letters list --on-failure`: the batches that a Lambda failed on until its retries or their age ran
 * out, newest first.
 */
export async function onFailureList({ parts }: Context, { day, open = false }: ListOptions): Promise<Answer> {
  const batches: ListedBatch[] = [];
  for await (const batch of (await parts.onFailure()).list()) {
    const isMeant = day === undefined || dayOf(batch.atMs) === day;
    if (isMeant && !(open && batch.replayedAtMs !== null)) batches.push(batch);
  }
  return {
    json: { batches: batches.map(batchJson) },
    text: () => {
      if (batches.length > 0) return batchTable(batches);
      return open ? 'No batch that was given up is open.' : 'No batch was given up.';
    },
  };
}

/** `dead-letters show KEY`: one batch that was given up, with each of its records. */
export async function onFailureShow(
  { parts }: Context,
  key: string,
  { full }: { readonly full: boolean },
): Promise<Answer> {
  const batch = await (await parts.onFailure()).get(key);
  if (batch === null) throw noBatch(key);
  const records = batch.records.map(({ kinesis, awsRegion: region }) => {
    const bytes = Buffer.from(kinesis.data, 'base64');
    const source = { partitionKey: kinesis.partitionKey, region };
    return { ...kinesis, bytes, decoded: decodeLetter(null, bytes, source) };
  });
  return {
    json: {
      ...batchJson(batch),
      payload: records.map(
        ({ sequenceNumber, partitionKey, approximateArrivalTimestamp, data, decoded }) => ({
          sequenceNumber,
          partitionKey,
          arrivedAt: iso(approximateArrivalTimestamp * 1000),
          bytes: data,
          decoded,
        }),
      ),
    },
    text: () =>
      [
        pairs([
          ['key', batch.key],
          ['reason', `batch_on_failure: ${batch.condition}, after ${count(batch.invokeCount)} tries`],
          ['mapping', batch.mapping],
          ['shard', batch.shardId],
          ['given up at', iso(batch.atMs)],
          ['replayed at', batch.replayedAtMs === null ? 'open' : iso(batch.replayedAtMs)],
          ['records', batch.records.length],
        ]),
        ...records.flatMap(({ sequenceNumber, partitionKey, bytes, decoded }) => [
          pairs([
            ['sequence number', sequenceNumber],
            ['partition key', partitionKey],
            ['size', `${count(bytes.length)} bytes`],
          ]),
          ...describeParts(decoded, full),
          hexDump(bytes, full ? Infinity : limits.hexBytesShown),
        ]),
      ].join('\n\n'),
  };
}

/** What names a batch, and no dead letter. */
export function isBatchKey(id: string): boolean {
  return id.endsWith('.json');
}

export function noBatch(key: string): Failure {
  return new Failure(`There is no batch ${key}. "trackline dead-letters list --on-failure" names all.`);
}

function batchJson(batch: ListedBatch) {
  const { key, mapping, shardId, condition, invokeCount, atMs, records, replayedAtMs } = batch;
  const replayedAt = replayedAtMs && iso(replayedAtMs);
  return {
    key,
    mapping,
    shardId,
    condition,
    invokeCount,
    givenUpAt: iso(atMs),
    replayedAt,
    records: records.length,
  };
}

function batchTable(batches: readonly ListedBatch[]): string {
  const rows = batches.map(
    ({ key, mapping, condition, invokeCount, atMs, records, replayedAtMs }): Cell[] => [
      shortIso(atMs),
      mapping,
      condition,
      invokeCount,
      records.length,
      replayedAtMs === null ? 'open' : shortIso(replayedAtMs),
      key,
    ],
  );
  return table(['GIVEN UP AT', 'MAPPING', 'CONDITION', 'TRIES', 'RECORDS', 'REPLAYED AT', 'KEY'], rows);
}
