import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What signers and the tracker agree on: HMAC-SHA-256 (RFC 2104, FIPS 180-4) with one of the program's keys over a
 * canonical text, as base64url without padding. The text opens with what is signed and in which form, so that a
 * signature of one kind is never one of another; its fields stand on lines of their own, and none but the last can
 * hold a line break, so that no two calls share a text.
 */

/** A deep link that goes where its signer says. */
export interface SignedLink {
  readonly programId: string;
  /** The target as the parameter `url` gives it, its macros not filled in. */
  readonly target: string;
  /** When the link ends, in whole seconds since the epoch. */
  readonly expiresAtS: number;
}

/** A transaction whose sender is known; each field as the call gives it, '' where it gives none. */
export interface SignedTransaction {
  readonly programId: string;
  readonly orderId: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: string;
  readonly clickId: string;
  readonly publisherId: string;
}

export function linkText({ programId, target, expiresAtS }: SignedLink): string {
  return ['trackline-link-v1', programId, expiresAtS, target].join('\n');
}

export function transactionText(signed: SignedTransaction): string {
  const { programId, orderId, amount, currency, status, clickId, publisherId } = signed;
  return [
    'trackline-transaction-v1',
    programId,
    orderId,
    amount,
    currency,
    status,
    clickId,
    publisherId,
  ].join('\n');
}

/** Signs a text (`linkText`, `transactionText`) with a key of at least 32 bytes. */
export function sign(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text, 'utf8').digest('base64url');
}

/** Whether `signature` is that of the text under this key, told in a time that does not depend on how near it is. */
export function isSignedBy(text: string, signature: string, key: Uint8Array): boolean {
  const expected = Buffer.from(sign(text, key));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
