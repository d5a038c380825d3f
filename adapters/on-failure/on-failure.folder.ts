import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { GivenUpBatch, ListedBatch, OnFailureDestination } from './on-failure.ts';

/**
 * The destination of the embedded stack: a folder, with the keys that Lambda gives to objects in S3. What was
 * replayed has a file beside it that says when.
 */
export function onFailureFolder(folder: string): OnFailureDestination {
  return {
    async put(batch) {
      await write(fileOf(keyOf(batch)), documentOf(batch));
    },
    async *list() {
      const names = await readdir(folder, { recursive: true }).catch(ifAbsent<string[]>([]));
      const keys = names.filter((name) => name.endsWith('.json')).map((name) => name.split(sep).join('/'));
      const byTime = keys.toSorted((a, b) => timeIn(b).localeCompare(timeIn(a)));
      for (const key of byTime) {
        const batch = await read(key);
        if (batch) yield batch;
      }
    },
    get: read,
    async markReplayed(key, replayedAtMs) {
      await write(markOf(key), { replayedAt: new Date(replayedAtMs).toISOString() });
    },
  };

  function fileOf(key: string): string {
    return join(folder, ...key.split('/'));
  }

  function markOf(key: string): string {
    return `${fileOf(key)}.replayed`;
  }

  async function read(key: string): Promise<ListedBatch | null> {
    if (key.split('/').includes('..')) return null;
    const text = await readFile(fileOf(key), 'utf8').catch(ifAbsent(null));
    if (text === null) return null;
    const mark = await readFile(markOf(key), 'utf8').catch(ifAbsent(null));
    const replayedAtMs = mark === null ? null : Date.parse((JSON.parse(mark) as Mark).replayedAt);
    return { ...batchOf(JSON.parse(text) as Document), key, replayedAtMs };
  }
}

interface Mark {
  readonly replayedAt: string;
}

/** Whole, or not at all. */
async function write(file: string, document: Document | Mark): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(document, null, 2));
  await rename(`${file}.new`, file);
}

/** The invocation record that Lambda writes, with the payload. */
interface Document {
  readonly requestContext: {
    readonly functionArn: string;
    readonly condition: string;
    readonly approximateInvokeCount: number;
  };
  readonly version: '1.0';
  readonly timestamp: string;
  readonly KinesisBatchInfo: {
    readonly shardId: string;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly batchSize: number;
  };
  readonly payload: { readonly Records: GivenUpBatch['records'] };
}

function documentOf({ mapping, shardId, condition, invokeCount, atMs, records }: GivenUpBatch): Document {
  return {
    requestContext: { functionArn: mapping, condition, approximateInvokeCount: invokeCount },
    version: '1.0',
    timestamp: new Date(atMs).toISOString(),
    KinesisBatchInfo: {
      shardId,
      startSequenceNumber: records[0]!.kinesis.sequenceNumber,
      endSequenceNumber: records.at(-1)!.kinesis.sequenceNumber,
      batchSize: records.length,
    },
    payload: { Records: records },
  };
}

function batchOf({ requestContext, timestamp, KinesisBatchInfo, payload }: Document): GivenUpBatch {
  return {
    mapping: requestContext.functionArn,
    shardId: KinesisBatchInfo.shardId,
    condition: requestContext.condition,
    invokeCount: requestContext.approximateInvokeCount,
    atMs: Date.parse(timestamp),
    records: payload.Records,
  };
}

/**
 * `aws/lambda/<mapping>/<shard>/2026/01/31/2026-01-31T12.34.56.789-<uuid>.json`: as AWS names them, and to
 * the millisecond, so that they sort
 */
function keyOf({ mapping, shardId, atMs }: GivenUpBatch): string {
  const time = new Date(atMs).toISOString();
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/${mapping}/${shardId}/${day}/${time.slice(0, 23).replaceAll(':', '.')}-${randomUUID()}.json`;
}

function timeIn(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

function ifAbsent<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
