import type { CallReason } from '@trackline/domain/verdict';

/** Why a call is not taken, by what it is that is wrong: what the operations choose theirs from. */

/** The call as bytes: protocol.ts and the router refuse them, before a route or on its path. */
export const ofBytes: readonly CallReason[] = [
  'malformed',
  'url_too_long',
  'headers_too_large',
  'expectation_failed',
  'request_timeout',
];

/** Those of them that can come before its path is read: then nobody knows what was asked for. */
export const ofBytesUnread = ofBytes.filter((reason) => reason !== 'expectation_failed');

/** Those that can come once it is; without a body, nothing is waited for then. */
export const ofBytesOnPath = ofBytes.filter((reason) => reason !== 'request_timeout');

export const ofBody: readonly CallReason[] = [
  'body_empty',
  'body_malformed',
  'body_too_large',
  'bodies_full',
  'values_too_many',
  'media_type_unsupported',
];

/** What any event may say. */
export const ofEvent: readonly CallReason[] = [
  'malformed',
  'id_malformed',
  'id_too_long',
  'sub_ids_too_many',
  'sub_id_too_long',
  'idempotency_key_malformed',
];

export const ofTransaction: readonly CallReason[] = [
  'order_id_malformed',
  'amount_malformed',
  'currency_unknown',
  'status_malformed',
  'signature_invalid',
];

export const ofProgram: readonly CallReason[] = [
  'program_unknown',
  'program_paused',
  'program_not_yet_valid',
  'program_expired',
];

/** What is our trouble, and not the caller’s. */
export const ofLoad: readonly CallReason[] = [
  'overloaded',
  'program_unknowable',
  'spool_full',
  'spool_failed',
  'rate_limited_program',
  'rate_limited_address',
];
