import { createHash } from 'node:crypto';

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

export const magic = Buffer.from([0xf3, 0x89, 0x9a, 0xc2]);
export const digestLength = 16;
export const frameLength = magic.length + digestLength;

/** Field numbers with their wire types, as they stand before each field: all of them are one byte long. */
export const tag = {
  partitionKeyTable: (1 << 3) | 2,
  explicitHashKeyTable: (2 << 3) | 2,
  records: (3 << 3) | 2,
  partitionKeyIndex: (1 << 3) | 0,
  explicitHashKeyIndex: (2 << 3) | 0,
  data: (3 << 3) | 2,
};

/**
 * Puts the body together, and what stands around it.
 *
 * @param room where it is made, if there is enough
 */
export function aggregateOf(parts: readonly Uint8Array[], room: Buffer = Buffer.alloc(0)): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, frameLength);
  const out = room.length < length ? Buffer.allocUnsafe(length) : room.subarray(0, length);
  let at = magic.copy(out);
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  md5(out.subarray(magic.length, at)).copy(out, at);
  return out;
}

/** An entry of a table. */
export function keyField(fieldTag: number, key: string): Buffer {
  const bytes = Buffer.from(key);
  return Buffer.concat([numberField(fieldTag, bytes.length), bytes]);
}

/** A tag with its number: an index, or the length of what follows. */
export function numberField(fieldTag: number, value: number): Buffer {
  const field = Buffer.alloc(1 + varintLength(value));
  putNumber(field, 0, fieldTag, value);
  return field;
}

export function md5(bytes: Uint8Array): Buffer {
  return createHash('md5').update(bytes).digest();
}

export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest > 0x7f; rest >>>= 7) length++;
  return length;
}

/** Puts a tag with its number (an index, or the length of what follows); gives the place behind it. */
export function putNumber(out: Buffer, at: number, fieldTag: number, value: number): number {
  let end = at;
  out[end++] = fieldTag;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) out[end++] = (rest & 0x7f) | 0x80;
  out[end++] = rest;
  return end;
}
