import { isMessageId, messageIdMs } from './message-id.ts';
import type { TrackingEvent } from './tracking-event.ts';
import type { AttributionReason } from './verdict.ts';

/**
 * Whether an order comes from a click: none where its claimant names none, `attributed`, or why not.
 * `click_unknown` is provisional, since the click may still be on its way; the others are final.
 */
export type Attribution = 'none' | 'attributed' | AttributionReason;

/** How old a click may be, unless chosen. */
export const clickLookBackMs = 30 * 24 * 3600 * 1000;

/**
 * What the click id of a transaction alone tells; null where the click has to be looked for. A click's id says
 * when it was, so that one that is too old need not be.
 */
export function attributionWithoutClick(
  { clickId, receivedAtMs }: Pick<TrackingEvent, 'clickId' | 'receivedAtMs'>,
  lookBackMs: number,
): Attribution | null {
  if (clickId === '') return 'none';
  if (!isMessageId(clickId)) return 'click_unknown';
  return messageIdMs(clickId) < receivedAtMs - lookBackMs ? 'click_expired' : null;
}
