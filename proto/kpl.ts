import { createHash } from 'node:crypto';
import type { RandomBytes } from '@trackline/domain/message-id';
import protobuf from 'protobufjs/minimal.js';

/**
 * The aggregation format of the Kinesis Producer Library ("KPL Aggregated Record Format", aggregation-format.md in the library's repository):
 *
 *     F3 89 9A C2 | AggregatedRecord (protobuf) | MD5 of the protobuf
 *
 *     message AggregatedRecord {
 *       repeated string partition_key_table     = 1;
 *       repeated string explicit_hash_key_table = 2;
 *       repeated Record records                 = 3;
 *     }
 *     message Record {
 *       required uint64 partition_key_index     = 1;
 *       optional uint64 explicit_hash_key_index = 2;
 *       required bytes  data                    = 3;
 *       repeated Tag    tags                    = 4;   // neither written nor read here
 *     }
 *
 * Keys stand once in their tables, in the order in which they first occur; records name them by index.
 */

const magic = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
const digestLength = 16;
const frameLength = magic.length + digestLength;

const tag = {
  partitionKeyTable: (1 << 3) | 2,
  explicitHashKeyTable: (2 << 3) | 2,
  records: (3 << 3) | 2,
  partitionKeyIndex: (1 << 3) | 0,
  explicitHashKeyIndex: (2 << 3) | 0,
  data: (3 << 3) | 2,
};

export interface UserRecord {
  readonly partitionKey: string;
  /** A decimal number of 128 bits, or null. */
  readonly explicitHashKey: string | null;
  readonly data: Uint8Array;
}

/** Packs records, in order, into the data of one Kinesis record. */
export function encodeAggregate(records: readonly UserRecord[]): Uint8Array {
  const partitionKeys = indexed(records.map((record) => record.partitionKey));
  const hashKeys = indexed(records.flatMap((record) => record.explicitHashKey ?? []));
  const writer = protobuf.Writer.create();
  for (const key of partitionKeys.keys()) writer.uint32(tag.partitionKeyTable).string(key);
  for (const key of hashKeys.keys()) writer.uint32(tag.explicitHashKeyTable).string(key);
  for (const { partitionKey, explicitHashKey, data } of records) {
    writer.uint32(tag.records).fork();
    writer.uint32(tag.partitionKeyIndex).uint32(partitionKeys.get(partitionKey)!);
    if (explicitHashKey !== null) {
      writer.uint32(tag.explicitHashKeyIndex).uint32(hashKeys.get(explicitHashKey)!);
    }
    writer.uint32(tag.data).bytes(data).ldelim();
  }
  const body = writer.finish();
  return Buffer.concat([magic, body, md5(body)]);
}

/** The exact length that `encodeAggregate` will give, kept up to date record by record. */
export class AggregateSize {
  #partitionKeys = new Map<string, number>();
  #hashKeys = new Map<string, number>();
  #size = frameLength;
  #count = 0;

  get size(): number {
    return this.#size;
  }

  get count(): number {
    return this.#count;
  }

  /** The size if `record` were added. */
  sizeWith(record: UserRecord): number {
    const { partitionKey, explicitHashKey, data } = record;
    let size = this.#size;
    const partitionKeyIndex = this.#partitionKeys.get(partitionKey) ?? this.#partitionKeys.size;
    if (partitionKeyIndex === this.#partitionKeys.size)
      size += 1 + delimited(Buffer.byteLength(partitionKey));
    let inner = 1 + varint(partitionKeyIndex) + 1 + delimited(data.length);
    if (explicitHashKey !== null) {
      const hashKeyIndex = this.#hashKeys.get(explicitHashKey) ?? this.#hashKeys.size;
      if (hashKeyIndex === this.#hashKeys.size) size += 1 + delimited(Buffer.byteLength(explicitHashKey));
      inner += 1 + varint(hashKeyIndex);
    }
    return size + 1 + delimited(inner);
  }

  add(record: UserRecord): void {
    this.#size = this.sizeWith(record);
    this.#count++;
    remember(this.#partitionKeys, record.partitionKey);
    if (record.explicitHashKey !== null) remember(this.#hashKeys, record.explicitHashKey);
  }
}

/**
 * The records inside, in order; null where `data` is no aggregate: another beginning, a digest that does not fit, or a body that is none. Such
 * data is a plain record, as every consumer of the format treats it. Never throws.
 */
export function deaggregate(data: Uint8Array): readonly UserRecord[] | null {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < frameLength || !bytes.subarray(0, magic.length).equals(magic)) return null;
  const body = bytes.subarray(magic.length, -digestLength);
  if (!md5(body).equals(bytes.subarray(-digestLength))) return null;
  try {
    return decodeBody(body);
  } catch {
    return null;
  }
}

/** A random explicit hash key, evenly over all shards: 128 bits as a decimal number. */
export function randomHashKey(randomBytes: RandomBytes): string {
  const bytes = new Uint8Array(16);
  randomBytes(bytes);
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`).toString();
}

function decodeBody(body: Uint8Array): UserRecord[] | null {
  const partitionKeys: string[] = [];
  const hashKeys: string[] = [];
  const raw: RawRecord[] = [];
  const reader = protobuf.Reader.create(body);
  while (reader.pos < reader.len) {
    const field = reader.uint32();
    if (field === tag.partitionKeyTable) partitionKeys.push(reader.string());
    else if (field === tag.explicitHashKeyTable) hashKeys.push(reader.string());
    else if (field === tag.records) raw.push(decodeRecord(reader.bytes()));
    else reader.skipType(field & 7);
  }
  const records: UserRecord[] = [];
  for (const { partitionKeyIndex, hashKeyIndex, data } of raw) {
    const partitionKey = partitionKeys[partitionKeyIndex];
    const explicitHashKey = hashKeyIndex === -1 ? null : hashKeys[hashKeyIndex];
    if (partitionKey === undefined || explicitHashKey === undefined || data === null) return null;
    records.push({ partitionKey, explicitHashKey, data });
  }
  return records;
}

interface RawRecord {
  readonly partitionKeyIndex: number;
  readonly hashKeyIndex: number;
  readonly data: Uint8Array | null;
}

function decodeRecord(bytes: Uint8Array): RawRecord {
  let partitionKeyIndex = -1;
  let hashKeyIndex = -1;
  let data: Uint8Array | null = null;
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const field = reader.uint32();
    if (field === tag.partitionKeyIndex) partitionKeyIndex = Number(reader.uint64());
    else if (field === tag.explicitHashKeyIndex) hashKeyIndex = Number(reader.uint64());
    else if (field === tag.data) data = reader.bytes();
    else reader.skipType(field & 7);
  }
  return { partitionKeyIndex, hashKeyIndex, data };
}

/** Each distinct key with its index, in order of first occurrence. A Map: a plain object would reorder keys such as "1". */
function indexed(keys: readonly string[]): Map<string, number> {
  const table = new Map<string, number>();
  for (const key of keys) remember(table, key);
  return table;
}

function remember(table: Map<string, number>, key: string): void {
  if (!table.has(key)) table.set(key, table.size);
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function varint(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

function delimited(length: number): number {
  return varint(length) + length;
}
