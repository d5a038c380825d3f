import { createHash } from 'node:crypto';
import type { RandomBytes } from '@trackline/domain/message-id';
import protobuf from 'protobufjs/minimal.js';

/**
 * The aggregation format of the Kinesis Producer Library ("KPL Aggregated Record Format",
 * aggregation-format.md in the library's repository):
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

/** Field numbers with their wire types, as they stand before each field: all of them are one byte long. */
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

/** The distinct keys of one table. A Map: a plain object would put a key such as "1" before all others. */
class KeyTable {
  readonly #indexes = new Map<string, number>();

  /** The index that `key` has, or would have. */
  indexOf(key: string): number {
    return this.#indexes.get(key) ?? this.#indexes.size;
  }

  /** How many bytes longer the table would be with `key`. */
  growth(key: string): number {
    return this.#indexes.has(key) ? 0 : 1 + delimited(Buffer.byteLength(key));
  }

  add(key: string): void {
    if (!this.#indexes.has(key)) this.#indexes.set(key, this.#indexes.size);
  }

  keys(): Iterable<string> {
    return this.#indexes.keys();
  }
}

/** The exact length that `encodeAggregate` will give, kept up to date record by record. */
export class AggregateSize {
  readonly partitionKeys = new KeyTable();
  readonly explicitHashKeys = new KeyTable();
  #size = frameLength;
  #count = 0;

  /** Bytes, with magic and digest. */
  get size(): number {
    return this.#size;
  }

  /** Records. */
  get count(): number {
    return this.#count;
  }

  /** The size if `record` were added. */
  sizeWith(record: UserRecord): number {
    const { partitionKey, explicitHashKey } = record;
    const tables =
      this.partitionKeys.growth(partitionKey) +
      (explicitHashKey === null ? 0 : this.explicitHashKeys.growth(explicitHashKey));
    return this.#size + tables + 1 + delimited(this.innerLength(record));
  }

  add(record: UserRecord): void {
    this.#size = this.sizeWith(record);
    this.#count++;
    this.partitionKeys.add(record.partitionKey);
    if (record.explicitHashKey !== null) this.explicitHashKeys.add(record.explicitHashKey);
  }

  /** The length of the message `Record` for one record. */
  innerLength({ partitionKey, explicitHashKey, data }: UserRecord): number {
    const hashKeyIndex =
      explicitHashKey === null ? 0 : 1 + varintLength(this.explicitHashKeys.indexOf(explicitHashKey));
    return (
      1 + varintLength(this.partitionKeys.indexOf(partitionKey)) + hashKeyIndex + 1 + delimited(data.length)
    );
  }
}

/** Packs records, at least one, in order, into the data of one Kinesis record. */
export function encodeAggregate(records: readonly UserRecord[]): Uint8Array {
  const layout = new AggregateSize();
  for (const record of records) layout.add(record);
  const { partitionKeys, explicitHashKeys } = layout;
  const out = Buffer.allocUnsafe(layout.size);
  let at = magic.copy(out);
  for (const key of partitionKeys.keys()) at = putString(out, at, tag.partitionKeyTable, key);
  for (const key of explicitHashKeys.keys()) at = putString(out, at, tag.explicitHashKeyTable, key);
  for (const record of records) {
    const { partitionKey, explicitHashKey, data } = record;
    at = putNumber(out, at, tag.records, layout.innerLength(record));
    at = putNumber(out, at, tag.partitionKeyIndex, partitionKeys.indexOf(partitionKey));
    if (explicitHashKey !== null) {
      at = putNumber(out, at, tag.explicitHashKeyIndex, explicitHashKeys.indexOf(explicitHashKey));
    }
    at = putNumber(out, at, tag.data, data.length);
    out.set(data, at);
    at += data.length;
  }
  md5(out.subarray(magic.length, at)).copy(out, at);
  return out;
}

/**
 * The records inside, in order; null where `data` is no aggregate: another beginning, a digest that does not
 * fit, or a body that is none. Such data is a plain record, as every consumer of the format treats it. The
 * records' data are views of `data`. Never throws.
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
  const explicitHashKeys: string[] = [];
  const inner: InnerRecord[] = [];
  const reader = protobuf.Reader.create(body);
  while (reader.pos < reader.len) {
    const field = reader.tag();
    if (field === tag.partitionKeyTable) partitionKeys.push(reader.string());
    else if (field === tag.explicitHashKeyTable) explicitHashKeys.push(reader.string());
    else if (field === tag.records) inner.push(decodeInner(reader.bytes()));
    else reader.skipType(field & 7, 0, field >>> 3);
  }
  const records: UserRecord[] = [];
  for (const { partitionKeyIndex, hashKeyIndex, data } of inner) {
    const partitionKey = partitionKeys[partitionKeyIndex];
    const explicitHashKey = hashKeyIndex === absent ? null : explicitHashKeys[hashKeyIndex];
    if (partitionKey === undefined || explicitHashKey === undefined || data === null) return null;
    records.push({ partitionKey, explicitHashKey, data });
  }
  // Bytes that hold no record are nobody's aggregate, and must not vanish without a word.
  return records.length === 0 ? null : records;
}

interface InnerRecord {
  readonly partitionKeyIndex: number;
  readonly hashKeyIndex: number;
  readonly data: Uint8Array | null;
}

const absent = -1;

function decodeInner(bytes: Uint8Array): InnerRecord {
  let partitionKeyIndex = absent;
  let hashKeyIndex = absent;
  let data: Uint8Array | null = null;
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const field = reader.tag();
    if (field === tag.partitionKeyIndex) partitionKeyIndex = asIndex(reader.uint64());
    else if (field === tag.explicitHashKeyIndex) hashKeyIndex = asIndex(reader.uint64());
    else if (field === tag.data) data = reader.bytes();
    else reader.skipType(field & 7, 0, field >>> 3);
  }
  return { partitionKeyIndex, hashKeyIndex, data };
}

/** A uint64 as an index; beyond 32 bits it is one that no table has. */
function asIndex({ low, high }: ReturnType<protobuf.Reader['uint64']>): number {
  return high === 0 ? low >>> 0 : Number.POSITIVE_INFINITY;
}

function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

function delimited(length: number): number {
  return varintLength(length) + length;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) length++;
  return length;
}

/** Puts a tag with its number (an index, or the length of what follows); gives the place behind it. */
function putNumber(out: Buffer, at: number, fieldTag: number, value: number): number {
  let end = at;
  out[end++] = fieldTag;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out[end++] = (rest & 0x7f) | 0x80;
  out[end++] = rest;
  return end;
}

function putString(out: Buffer, at: number, fieldTag: number, text: string): number {
  const start = putNumber(out, at, fieldTag, Buffer.byteLength(text));
  return start + out.write(text, start);
}
