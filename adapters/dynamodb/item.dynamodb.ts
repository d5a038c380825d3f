import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { UnreadableItem } from './unreadable-item.ts';

/**
 * Plain values as the attributes of an item, and back. Not by the SDK's own converter: that takes an object
 * with a key `constructor` for an instance of a class and throws, and so one call with such a parameter would
 * stop a shard.
 */
export type Item = Record<string, AttributeValue>;

/** What an item can hold here; a number must be a safe integer. */
export type Value = string | number | boolean | Uint8Array | { readonly [name: string]: Value };

export function itemOf(values: Readonly<Record<string, Value>>): Item {
  const item: Item = {};
  for (const name in values) setAttribute(item, name, attributeOf(values[name]!));
  return item;
}

/** Sets an attribute of any name: `__proto__` would else name what every object has. */
export function setAttribute(item: Item, name: string, value: AttributeValue): void {
  if (name !== '__proto__') item[name] = value;
  else Object.defineProperty(item, name, { value, enumerable: true, configurable: true, writable: true });
}

/** @throws UnreadableItem at an attribute of a kind that is not written here */
export function valuesOf(item: Readonly<Item>): Record<string, unknown> {
  try {
    return mapOf(item);
  } catch (error) {
    throw new UnreadableItem(`Row ${item.pk?.S} / ${item.sk?.S}: ${(error as Error).message}`);
  }
}

function mapOf(attributes: Readonly<Item>): Record<string, unknown> {
  // fromEntries makes own properties even of names such as `__proto__`.
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, plain(value)]));
}

export function attributeOf(value: Value): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Uint8Array) return { B: value };
  return { M: itemOf(value) };
}

function plain(attribute: AttributeValue): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.B !== undefined) return attribute.B;
  if (attribute.M !== undefined) return mapOf(attribute.M);
  throw new TypeError(`It has an attribute of a kind that is not written here: ${Object.keys(attribute)}.`);
}
