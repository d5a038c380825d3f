import type { RandomBytes } from '@trackline/domain/message-id';
import protobuf from 'protobufjs/minimal.js';
import {
  aggregateOf,
  digestLength,
  frameLength,
  keyField,
  magic,
  md5,
  numberField,
  tag,
} from './kpl-format.ts';

/** Packs records of any keys into aggregates, and takes aggregates apart (kpl-format.ts has the format). */

export interface UserRecord {
  readonly partitionKey: string;
  /** A decimal number of 128 bits, or null. */
  readonly explicitHashKey: string | null;
  readonly data: Uint8Array;
}

/** Packs records, at least one, in order, into the data of one Kinesis record. */
export function encodeAggregate(records: readonly UserRecord[]): Uint8Array {
  const partitionKeys = new KeyTable();
  const explicitHashKeys = new KeyTable();
  const inner = records.map(({ partitionKey, explicitHashKey, data }) => {
    const hashKeyIndex = explicitHashKey === null ? null : explicitHashKeys.indexOf(explicitHashKey);
    return innerRecord(partitionKeys.indexOf(partitionKey), hashKeyIndex, data);
  });
  return aggregateOf([
    ...partitionKeys.keys().map((key) => keyField(tag.partitionKeyTable, key)),
    ...explicitHashKeys.keys().map((key) => keyField(tag.explicitHashKeyTable, key)),
    ...inner,
  ]);
}

/** The distinct keys of one table. A Map: a plain object would put a key such as "1" before all others. */
class KeyTable {
  readonly #indexes = new Map<string, number>();

  indexOf(key: string): number {
    const index = this.#indexes.get(key) ?? this.#indexes.size;
    this.#indexes.set(key, index);
    return index;
  }

  keys(): string[] {
    return [...this.#indexes.keys()];
  }
}

/** A record as it stands inside an aggregate, under any keys. */
function innerRecord(partitionKeyIndex: number, hashKeyIndex: number | null, data: Uint8Array): Buffer {
  const fields = [numberField(tag.partitionKeyIndex, partitionKeyIndex)];
  if (hashKeyIndex !== null) fields.push(numberField(tag.explicitHashKeyIndex, hashKeyIndex));
  const inner = Buffer.concat([...fields, numberField(tag.data, data.length), data]);
  return Buffer.concat([numberField(tag.records, inner.length), inner]);
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
