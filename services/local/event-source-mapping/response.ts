import type { KinesisStreamRecord } from 'aws-lambda';

/**
 * What Lambda makes of a handler's answer under ReportBatchItemFailures: all done, or where to begin again.
 */
export type BatchVerdict = { readonly ok: true } | { readonly ok: false; readonly firstFailed: number };

/**
 * Judges an answer by Lambda's rules ("Configuring partial batch response with Kinesis Data Streams and
 * Lambda", AWS Lambda Developer Guide): an empty or missing list is success; an item identifier that is
 * empty, missing or unknown fails the whole batch; else all from the lowest failed sequence number on come
 * again, since a shard goes on in order.
 */
export function judgeResponse(response: unknown, records: readonly KinesisStreamRecord[]): BatchVerdict {
  const wholeBatch = { ok: false, firstFailed: 0 } as const;
  if (response === null || response === undefined) return { ok: true };
  if (typeof response !== 'object') return wholeBatch;
  const { batchItemFailures } = response as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return { ok: true };
  if (!Array.isArray(batchItemFailures)) return wholeBatch;
  let firstFailed = records.length;
  for (const failure of batchItemFailures as unknown[]) {
    const identifier = (failure as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    const index = records.findIndex(({ kinesis }) => kinesis.sequenceNumber === identifier);
    if (index === -1) return wholeBatch;
    firstFailed = Math.min(firstFailed, index);
  }
  return firstFailed === records.length ? { ok: true } : { ok: false, firstFailed };
}
