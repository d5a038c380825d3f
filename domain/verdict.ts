/**
 * What became of one event of a call.
 *
 * accepted: the spool has it. rejected: the call is not valid, and why. shed: it may be valid, but we could
 * not take it. ignored: not meant as an event (HEAD, prefetch, OPTIONS).
 */
export type Verdict = 'accepted' | 'rejected' | 'shed' | 'ignored';

interface ReasonEntry {
  /**
   * Where it can arise: in a call, in where a click is sent to, in what a transaction is attributed to, in a
   * record of the event stream, in a core-data update, or on the admin port.
   */
  readonly at: 'call' | 'redirect' | 'attribution' | 'event-record' | 'core-data-update' | 'admin';
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
  stream_unconfirmed: call(
    'shed',
    503,
    'The event stream did not confirm the event in time; it is kept, and will be sent.',
    true,
  ),
  overloaded: call('shed', 503, 'The tracker has more to do than it can.', true),
  malformed: call('rejected', 400, 'The call is malformed.'),
  id_malformed: call(
    'rejected',
    400,
    'An id (of a program, publisher or click) has 1 to 64 letters, digits, "_" and "-".',
  ),
  id_too_long: call('rejected', 414, 'An id may hold 64 characters at most.'),
  url_too_long: call('rejected', 414, 'The URL is longer than 8 KiB.'),
  headers_too_large: call('rejected', 431, 'The headers are larger than 16 KiB.'),
  type_malformed: call('rejected', 400, 'The parameter "type" names no event type that this endpoint takes.'),
  vast_event_malformed: call('rejected', 400, 'The parameter "event" names no event of VAST that is taken.'),
  sub_ids_too_many: call('rejected', 400, 'There are more than 32 sub-ids.'),
  sub_id_too_long: call('rejected', 400, 'A sub-id is longer than 256 bytes.'),
  order_id_malformed: call(
    'rejected',
    400,
    'A transaction needs "order_id": 1 to 50 visible ASCII characters.',
  ),
  amount_malformed: call(
    'rejected',
    400,
    'A transaction needs "amount": a decimal as text ("12.30"), from 0 to 2^53, with at most 6 decimals.',
  ),
  currency_unknown: call(
    'rejected',
    400,
    'A transaction needs "currency": a code of ISO 4217 in capitals, as EUR.',
  ),
  status_malformed: call('rejected', 400, 'A status is "pending", "approved" or "rejected".'),
  idempotency_key_malformed: call(
    'rejected',
    400,
    'An idempotency key is a UUIDv7, its time at most 24 hours ago and 5 minutes ahead.',
  ),
  signature_invalid: call('rejected', 401, 'The signature is not one of the program’s keys over this call.'),
  body_empty: call('rejected', 400, 'The body is empty; of a POST, it holds the parameters.'),
  body_malformed: call('rejected', 400, 'The body can’t be read as what its content type says.'),
  body_too_large: call('rejected', 413, 'The body is larger than 16 KiB, or 1 MiB for a batch.'),
  values_too_many: call(
    'rejected',
    400,
    'The JSON of an event holds more than 256 values, or that of a batch more than 65,536.',
  ),
  media_type_unsupported: call(
    'rejected',
    415,
    'The body is of a content type or an encoding that is not taken.',
  ),
  batch_empty: call('rejected', 400, 'The batch holds no event.'),
  batch_too_large: call('rejected', 400, 'The batch holds more than 500 events.'),
  bodies_full: call('shed', 503, 'There is no room for another body now.', true),
  rate_limited_program: call('shed', 429, 'There are too many calls on this program.', true),
  rate_limited_address: call('shed', 429, 'There are too many calls from this address.', true),
  route_unknown: call('rejected', 404, 'There is nothing at this path.'),
  method_not_allowed: call('rejected', 405, 'This path does not take this method.'),
  expectation_failed: call('rejected', 417, 'The expectation of the "Expect" header can’t be met.'),
  request_timeout: call('rejected', 408, 'The request did not arrive in time.', true),
  internal: call('shed', 500, 'Something failed that should not have; the event was not taken.', true),
  head: call('ignored', 200, 'A HEAD call is answered, and is no event.'),
  prefetch: call('ignored', 200, 'A prefetch is answered, and is no event.'),
  preflight: call('ignored', 204, 'A preflight is answered, and is no event.'),

  target_malformed: found('redirect', 'The target is no absolute URL, or has a backslash.'),
  target_scheme: found('redirect', 'The target is not https.'),
  target_credentials: found('redirect', 'The target holds a user name or a password.'),
  target_port: found('redirect', 'The target names a port.'),
  target_address: found('redirect', 'The target’s host is an IP address.'),
  target_host: found('redirect', 'The target’s host is none of the program’s.'),
  target_key: found('redirect', 'The link is signed with a key that is none of the program’s, or unknown.'),
  target_signature: found('redirect', 'The link’s signature is not over this program, target and expiry.'),
  target_expired: found('redirect', 'The signed link has expired.'),

  click_unknown: found('attribution', 'No such click of the program is stored, so far.'),
  click_expired: found('attribution', 'The click is older than the look-back window.'),

  event_undecodable: found('event-record', 'The bytes are no tracking event.'),
  event_invalid: found('event-record', 'The tracking event lacks something that it must have.'),
  event_too_large: found('event-record', 'The event makes an item of over 400 KB.'),
  order_unreadable: found(
    'event-record',
    'The event’s order, or the click that it names, is stored in a form that this version can’t read.',
  ),
  batch_on_failure: found('event-record', 'The batch failed until its retries or its age ran out.'),

  update_not_utf8: found('core-data-update', 'The update is not UTF-8.'),
  update_not_json: found('core-data-update', 'The update is not JSON.'),
  update_too_large: found('core-data-update', 'The update is larger than 64 KiB.'),
  update_invalid: found('core-data-update', 'The update does not fit its schema.'),
  update_conflict: found(
    'core-data-update',
    'This version of the program exists already, with another content.',
  ),
  program_unreadable: found(
    'core-data-update',
    'The program’s row in the program table is in a form that this version can’t read.',
  ),

  host_unknown: found('admin', 'This port is open on loopback, and knows only the names of loopback.'),
  program_cache_never_coherent: found('admin', 'The program store was not reached yet since the start.'),
  spool_not_writable: found('admin', 'The spool is full, or its disk fails: calls are being shed.'),
  spool_nearly_full: found('admin', 'The spool holds nine tenths of what it may.'),
  draining: found('admin', 'The tracker was told to end.'),
  no_worker: found('admin', 'No worker listens yet, or any more.'),
  worker_silent: found('admin', 'A worker does not answer in time.'),
} as const satisfies Record<string, ReasonEntry>;

/**
 * The enumerated why. One list serves the header, the log, the metric label, the dead letter and the console.
 */
export type Reason = keyof typeof table;
export type RedirectReason = ReasonAt<'redirect'>;
/** Why a transaction is not attributed to the click that it names. */
export type AttributionReason = ReasonAt<'attribution'>;
export type AdminReason = ReasonAt<'admin'>;
export type CallReason = ReasonAt<'call'>;
type ReasonAt<A> = { [R in Reason]: (typeof table)[R]['at'] extends A ? R : never }[Reason];

export const reasons: { readonly [R in Reason]: (typeof table)[R] } = Object.freeze(table);

/** Those that can arise in a call. */
export const callReasons = reasonsAt('call');

/** Those why a click was not sent to the target that it names. */
export const redirectReasons = reasonsAt('redirect');

/** Those that the admin port tells. */
export const adminReasons = reasonsAt('admin');

function reasonsAt<A extends ReasonEntry['at']>(at: A): readonly ReasonAt<A>[] {
  return Object.freeze((Object.keys(table) as ReasonAt<A>[]).filter((reason) => table[reason].at === at));
}

function call<V extends Verdict>(verdict: V, status: number, words: string, retriable = false) {
  return { at: 'call', verdict, status, retriable, words } as const;
}

function found<A extends Exclude<ReasonEntry['at'], 'call'>>(at: A, words: string) {
  return { at, retriable: false, words } as const;
}

/** The value of the `x-tracking-verdict` header: `accepted`, or the verdict with its reason. */
export function verdictHeader(reason: CallReason | null): string {
  if (reason === null) return 'accepted';
  const { verdict } = reasons[reason];
  return verdict === 'ignored' ? verdict : `${verdict}; reason=${reason}`;
}
