/**
 * A row that this build can't read: of another build's making, or damaged. No retry mends it, and whoever needs
 * it can't go on. The message names the row by its keys, and what of it is wrong, but no value.
 */
export class UnreadableItem extends Error {
  override readonly name = 'UnreadableItem';
}
