/**
 * What became of one event of a call.
 *
 * accepted: the spool has it. rejected: the call is not valid, and why. shed: it may be valid, but we could
 * not take it. ignored: not meant as an event (HEAD, prefetch, OPTIONS).
 */
export type Verdict = 'accepted' | 'rejected' | 'shed' | 'ignored';

interface ReasonEntry {
  /** Where it can arise: in a call, in a record of the event stream, or in a core-data update. */
  readonly at: 'call' | 'event-record' | 'core-data-update';
  /** For calls: the verdict, and the status of a JSON answer. */
  readonly verdict?: Verdict;
  readonly status?: number;
  /** Whether the same thing, sent again later, may succeed. */
  readonly retriable: boolean;
  /** For a person: what happened, in words. */
  readonly words: string;
}

const table = {
  program_unknown: call('rejected', 404, 'There is no program of this id.'),
  program_paused: call('rejected', 410, 'The program is paused.'),
  program_not_yet_valid: call('rejected', 410, 'The program has not begun yet.'),
  program_expired: call('rejected', 410, 'The program has ended.'),
  program_unknowable: call(
    'shed',
    503,
    'The program is not in memory and the program store can’t be asked.',
    true,
  ),
  spool_full: call('shed', 503, 'The spool is full.', true),
  spool_failed: call('shed', 503, 'The spool could not keep the event.', true),
  malformed: call('rejected', 400, 'The call is malformed.'),
  id_malformed: call('rejected', 400, 'An id may hold 1 to 64 letters, digits, "_" and "-".'),
  id_too_long: call('rejected', 414, 'An id may hold 64 characters at most.'),
  url_too_long: call('rejected', 414, 'The URL is longer than 8 KiB.'),
  headers_too_large: call('rejected', 431, 'The headers are larger than 16 KiB.'),
  type_malformed: call('rejected', 400, 'The parameter "type" names no event type that this endpoint takes.'),
  route_unknown: call('rejected', 404, 'There is nothing at this path.'),
  method_not_allowed: call('rejected', 405, 'This path does not take this method.'),
  expectation_failed: call('rejected', 417, 'The expectation of the "Expect" header can’t be met.'),
  request_timeout: call('rejected', 408, 'The request did not arrive in time.', true),
  internal: call('shed', 500, 'Something failed that should not have; the event was not taken.', true),
  head: call('ignored', 200, 'A HEAD call is answered, and is no event.'),
  prefetch: call('ignored', 200, 'A prefetch is answered, and is no event.'),
  preflight: call('ignored', 204, 'A preflight is answered, and is no event.'),

  event_undecodable: record('event-record', 'The bytes are no tracking event.'),
  event_invalid: record('event-record', 'The tracking event lacks something that it must have.'),
  event_too_large: record('event-record', 'The event makes an item of over 400 KB.'),
  batch_on_failure: record('event-record', 'The batch failed until its retries or its age ran out.'),

  update_not_utf8: record('core-data-update', 'The update is not UTF-8.'),
  update_not_json: record('core-data-update', 'The update is not JSON.'),
  update_too_large: record('core-data-update', 'The update is larger than 64 KiB.'),
  update_invalid: record('core-data-update', 'The update does not fit its schema.'),
  update_conflict: record(
    'core-data-update',
    'This version of the program exists already, with another content.',
  ),
  update_older: record('core-data-update', 'A newer version of the program exists already.'),
} as const satisfies Record<string, ReasonEntry>;

/**
 * The enumerated why. One list serves the header, the log, the metric label, the dead letter and the console.
 */
export type Reason = keyof typeof table;
export type CallReason = { [R in Reason]: (typeof table)[R]['at'] extends 'call' ? R : never }[Reason];

export const reasons: { readonly [R in Reason]: (typeof table)[R] } = Object.freeze(table);

/** Those that can arise in a call. */
export const callReasons = Object.freeze(
  (Object.keys(table) as Reason[]).filter((reason): reason is CallReason => table[reason].at === 'call'),
);

function call<V extends Verdict>(verdict: V, status: number, words: string, retriable = false) {
  return { at: 'call', verdict, status, retriable, words } as const;
}

function record<A extends 'event-record' | 'core-data-update'>(at: A, words: string) {
  return { at, retriable: false, words } as const;
}

/** The value of the `x-tracking-verdict` header: `accepted`, or the verdict with its reason. */
export function verdictHeader(reason: CallReason | null): string {
  if (reason === null) return 'accepted';
  const { verdict } = reasons[reason];
  return verdict === 'ignored' ? verdict : `${verdict}; reason=${reason}`;
}
