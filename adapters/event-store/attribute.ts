import { attributionWithoutClick } from '@trackline/domain/attribution';
import type { Order, OrderMessage } from '@trackline/domain/order';
import type { TrackingEventsReader } from './tracking-events.ts';

/** Where clicks are looked for: the table of tracking events. */
export type Clicks = Pick<TrackingEventsReader, 'find'>;

/** Whether an order comes from a click, and so who earns by it. */
type Attributed = Pick<Order, 'attribution' | 'publisherId'>;

/**
 * Attributes what a message claims. A click of another program is never found.
 *
 * @param lookBackMs how old the click may be when the message is received
 * @param deadlineMs monotonic
 * @throws what reading the click throws
 */
export async function attribute(
  clicks: Clicks,
  { programId, clickId, receivedAtMs, publisherId }: OrderMessage,
  lookBackMs: number,
  deadlineMs: number,
): Promise<Attributed> {
  const attribution = attributionWithoutClick({ clickId, receivedAtMs }, lookBackMs);
  if (attribution !== null) return { attribution, publisherId };
  const toClick = await lookFor(clicks, programId, clickId, deadlineMs);
  return toClick ?? { attribution: 'click_unknown', publisherId };
}

/**
 * The order as it is to be told now: a click that was unknown may have come since. It is in the look-back
 * window, or the order would say otherwise, so that it only has to be there.
 */
export async function attributeAgain(clicks: Clicks, order: Order): Promise<Order> {
  if (order.attribution !== 'click_unknown') return order;
  return { ...order, ...(await lookFor(clicks, order.programId, order.clickId)) };
}

async function lookFor(
  clicks: Clicks,
  programId: string,
  clickId: string,
  deadlineMs?: number,
): Promise<Attributed | null> {
  const found = await clicks.find(programId, clickId, deadlineMs);
  if (found?.event.type !== 'click') return null;
  return { attribution: 'attributed', publisherId: found.event.publisherId };
}
