import type { CallKind } from '../engine/call.ts';

/** How many of a hundred calls are of each kind. */
export type Mix = Partial<Readonly<Record<CallKind, number>>>;

/** What a tracker usually sees. */
export const usualMix: Mix = { impression: 70, click: 25, transaction: 5 };

/** Every route. */
export const everyRoute: Mix = {
  impression: 55,
  click: 20,
  transaction: 5,
  lookup: 8,
  batch: 4,
  beacon: 5,
  other: 3,
};
