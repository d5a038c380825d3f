import type { ListedBatch } from '@trackline/adapters/on-failure/on-failure';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { decodeLetter, describeParts } from '../decode-letter.ts';
import { Failure } from '../failure.ts';
import { hexDump } from '../hex-dump.ts';
import { limits } from '../limits.ts';
import { type Cell, count, pairs, table } from '../table.ts';
import { dayOf, iso, shortIso } from '../time.ts';

/**
 * `dead-letters list --on-failure`: the batches that a Lambda failed on until its retries or their age ran
 * out, newest first.
 */
export async function onFailureList(
  { parts }: Context,
  { day }: { readonly day?: string | undefined },
): Promise<Answer> {
  const batches: ListedBatch[] = [];
  for await (const batch of (await parts.onFailure()).list()) {
    if (day === undefined || dayOf(batch.atMs) === day) batches.push(batch);
  }
  return {
    json: { batches: batches.map(batchJson) },
    text: () => (batches.length > 0 ? batchTable(batches) : 'No batch was given up.'),
  };
}

/** `dead-letters show KEY`: one batch that was given up, with each of its records. */
export async function onFailureShow(
  { parts }: Context,
  key: string,
  { full }: { readonly full: boolean },
): Promise<Answer> {
  const batch = await (await parts.onFailure()).get(key);
  if (batch === null) {
    throw new Failure(`There is no batch ${key}. "trackline dead-letters list --on-failure" names all.`);
  }
  const records = batch.records.map(({ kinesis }) => {
    const bytes = Buffer.from(kinesis.data, 'base64');
    return { ...kinesis, bytes, decoded: decodeLetter(null, bytes) };
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

function batchJson({ key, mapping, shardId, condition, invokeCount, atMs, records }: ListedBatch) {
  return { key, mapping, shardId, condition, invokeCount, givenUpAt: iso(atMs), records: records.length };
}

function batchTable(batches: readonly ListedBatch[]): string {
  const rows = batches.map(({ key, mapping, condition, invokeCount, atMs, records }): Cell[] => [
    shortIso(atMs),
    mapping,
    condition,
    invokeCount,
    records.length,
    key,
  ]);
  return table(['GIVEN UP AT', 'MAPPING', 'CONDITION', 'TRIES', 'RECORDS', 'KEY'], rows);
}
