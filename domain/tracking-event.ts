import type { Consent } from './consent.ts';
import type { RedirectReason } from './verdict.ts';

export const eventTypes = ['impression', 'click', 'transaction'] as const;
export type EventType = (typeof eventTypes)[number];

/**
 * One accepted call, as a record. Built as one object literal, with every field always there (absent text is
 * `''`), so that all events share one shape. What identifies a person is truncated before it gets here.
 */
export interface TrackingEvent {
  /**
   * UUIDv7 in its canonical lower-case form; made here, or of a client's idempotency key (message-id.ts). A
   * click's id is its message id.
   */
  readonly messageId: string;
  readonly type: EventType;
  readonly programId: string;
  /** The version that was decided on; 0 when the program could not be known (then `unverified` is set). */
  readonly programVersion: number;
  readonly publisherId: string;
  readonly clickId: string;
  readonly visitorId: string;
  readonly receivedAtMs: number;
  /** Truncated to /24 (IPv4) or /48 (IPv6). */
  readonly ip: string;
  /** At most 512 characters. */
  readonly userAgent: string;
  /** Without its query and fragment. */
  readonly referrer: string;
  /** Where a click was sent to, its macros filled in. */
  readonly landingUrl: string;
  /** Why a click that named another target went to the program's landing URL all the same; '' where it did not. */
  readonly redirectReason: RedirectReason | '';
  /** What the player of a video ad reported; '' for an impression that is none of these. */
  readonly vastEvent: VastEvent | '';
  /** Sub-ids and free parameters of the caller, bounded. */
  readonly params: Readonly<Record<string, string>>;
  readonly transaction: Transaction | null;
  /** As decided. Where it was denied, there is neither visitor id nor IP nor user agent. */
  readonly consent: Consent;
  /** Whether a robot sent it, as far as its user agent tells. */
  readonly bot: boolean;
  /** Accepted without the program being known for certain. */
  readonly unverified: boolean;
  /** Which tracker took it, and where. */
  readonly instance: string;
  readonly region: string;
}

export interface Transaction {
  readonly orderId: string;
  /** An exact decimal, as text: never a float. */
  readonly amount: string;
  /** ISO 4217. */
  readonly currency: string;
  readonly status: TransactionStatus;
  /** Whether it may claim its order: it is signed, or its program has no keys. */
  readonly claims: boolean;
}

export const transactionStatuses = ['pending', 'approved', 'rejected'] as const;
export type TransactionStatus = (typeof transactionStatuses)[number];

/** What a video player reports of an ad, as `<Tracking event>` of IAB Tech Lab's VAST 4.3 names it. */
export const vastEvents = [
  'creativeView',
  'start',
  'firstQuartile',
  'midpoint',
  'thirdQuartile',
  'complete',
  'click',
  'error',
] as const;
export type VastEvent = (typeof vastEvents)[number];

/**
 * An event with its place in the account: the spool that accepted it (the writer) and its number there, from
 * 1.
 */
export interface RecordedEvent extends TrackingEvent {
  readonly writer: string;
  readonly sequence: number;
}
