import { UnreadableItem } from './unreadable-item.ts';

/** Whether a value of a row is what it is read as. */
export type Check = (value: unknown) => boolean;

/** What a row must hold for this build to read it; what it holds besides is left alone. */
export type RowShape = Readonly<Record<string, Check>>;

export const isText: Check = (value) => typeof value === 'string';
export const isNumber: Check = (value) => typeof value === 'number' && Number.isFinite(value);
export const isFlag: Check = (value) => typeof value === 'boolean';

/** Whether a value is a map with all that `shape` asks for. */
export function hasShape(value: unknown, shape: RowShape): boolean {
  return isMap(value) && Object.entries(shape).every(([name, holds]) => holds(value[name]));
}

/** A map from any name to text. */
export const isTexts: Check = (value) => isMap(value) && Object.values(value).every(isText);

/**
 * Asserts that a row can be read.
 *
 * @param values the row's, keys among them
 * @throws UnreadableItem that names the row, and the first attribute that is not as it should be
 */
export function assertShape(values: Readonly<Record<string, unknown>>, shape: RowShape): void {
  const wrong = Object.entries(shape).find(([name, holds]) => !holds(values[name]));
  if (wrong === undefined) return;
  throw new UnreadableItem(
    `Row ${values.pk} / ${values.sk}: its "${wrong[0]}" can't be read by this version.`,
  );
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array);
}
