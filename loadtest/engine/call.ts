import type { EventType } from '@trackline/domain/tracking-event';

/** What a call is for; answers are counted by it. */
export const callKinds = [
  'impression',
  'click',
  'transaction',
  'lookup',
  'batch',
  'beacon',
  'other',
] as const;
export type CallKind = (typeof callKinds)[number];

/** One HTTP request, ready to be written. */
export interface Call {
  readonly kind: CallKind;
  /** Request line, headers and body, in latin1. */
  readonly text: string;
  /** Of a batch, that of its first event. */
  readonly programId: string;
  /** The types of its events, in order; none where it is no event. */
  readonly types: readonly EventType[];
}

/** The next call to be sent. */
export type Calls = () => Call;
