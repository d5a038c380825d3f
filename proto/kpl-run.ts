import { aggregateOf, digestLength, keyField, magic, putNumber, tag, varintLength } from './kpl-format.ts';

/**
 * Aggregates of one partition key and one explicit hash key (kpl.ts has the format): each record inside names the
 * first key of either table, so that it can be written long before its aggregate is, and before the hash key is known.
 */

/** What each record inside begins with: the two indexes. */
const indexBytes = 4;

/** How long a record is inside an aggregate, with its tag and length. */
export function innerRecordBytes(dataBytes: number): number {
  const inner = indexBytes + 1 + varintLength(dataBytes) + dataBytes;
  return 1 + varintLength(inner) + inner;
}

/** Writes a record as it stands inside an aggregate; gives the place behind it. */
export function putInnerRecord(out: Buffer, at: number, data: Uint8Array): number {
  const { length } = data;
  let to = putNumber(out, at, tag.records, indexBytes + 1 + varintLength(length) + length);
  to = putNumber(out, to, tag.partitionKeyIndex, 0);
  to = putNumber(out, to, tag.explicitHashKeyIndex, 0);
  to = putNumber(out, to, tag.data, length);
  out.set(data, to);
  return to + length;
}

/** How long an aggregate is besides its records. */
export function runOverheadBytes(partitionKey: string, explicitHashKey: string): number {
  const tables =
    keyField(tag.partitionKeyTable, partitionKey).length +
    keyField(tag.explicitHashKeyTable, explicitHashKey).length;
  return magic.length + tables + digestLength;
}

/**
 * @param records as `putInnerRecord` wrote them, at least one
 * @param room where the aggregate is made, if there is enough
 */
export function encodeRun(
  partitionKey: string,
  explicitHashKey: string,
  records: Uint8Array,
  room?: Buffer,
): Uint8Array {
  const tables = [
    keyField(tag.partitionKeyTable, partitionKey),
    keyField(tag.explicitHashKeyTable, explicitHashKey),
  ];
  return aggregateOf([...tables, records], room);
}
