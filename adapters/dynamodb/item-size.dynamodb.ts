import type { Item } from './item.dynamodb.ts';

/** DynamoDB takes no larger item ("Service, account, and table quotas in Amazon DynamoDB"). */
export const itemBytesMax = 400 * 1024;
/**
 * Nor a longer name of an attribute (the same page); DynamoDB Local fails with an error of its own instead of
 * saying so.
 */
const nameBytesMax = 64 * 1024 - 1;

/** A character of a string (a UTF-16 code unit) takes no more bytes in UTF-8. */
const charBytesMax = 3;

/** Whether DynamoDB takes an item of this size, with names of these lengths. */
export function fits(item: Readonly<Item>): boolean {
  // Nearly every item is far too short to break either bound: counting its characters takes 0.3 µs, its bytes 4.
  if (itemLength(item) * charBytesMax <= nameBytesMax) return true;
  return itemBytes(item) <= itemBytesMax && hasShortNames(item);
}

/** At least a third of the bytes that an item takes. */
function itemLength(item: Readonly<Item>): number {
  let length = 0;
  for (const name in item) length += name.length + valueLength(item[name]!);
  return length;
}

function valueLength(value: Item[string]): number {
  if (value.S !== undefined) return value.S.length;
  if (value.M !== undefined) return 1 + itemLength(value.M) + Object.keys(value.M).length;
  return valueBytes(value);
}

function hasShortNames(item: Readonly<Item>): boolean {
  return Object.entries(item).every(
    ([name, { M }]) => Buffer.byteLength(name) <= nameBytesMax && (M === undefined || hasShortNames(M)),
  );
}

/**
 * The size of an item as DynamoDB counts it ("DynamoDB Item sizes and formats", Amazon DynamoDB Developer
 * Guide), rounded up where the guide says "approximately".
 */
export function itemBytes(item: Readonly<Item>): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(item)) bytes += Buffer.byteLength(name) + valueBytes(value);
  return bytes;
}

function valueBytes(value: Item[string]): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.length;
  // A byte for two digits, one more, and one for the sign.
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 2;
  if (value.M !== undefined) return 3 + itemBytes(value.M) + Object.keys(value.M).length;
  return 1;
}
