import type { Keyring } from '@trackline/adapters/keyring/keyring';
import { isIdentifier } from '@trackline/domain/identifier';
import type { Program } from '@trackline/domain/program';
import {
  type Transaction,
  type TransactionStatus,
  transactionStatuses,
} from '@trackline/domain/tracking-event';
import type { CallReason } from '@trackline/domain/verdict';
import { isSignedBy, transactionText } from '@trackline/proto/signature';
import type { Parameters } from '../request/parameters.ts';

/** 1 to 50 visible ASCII characters. */
export const orderIdPattern = /^[\x21-\x7e]{1,50}$/;
/** An exact decimal; what it is worth is bounded besides. */
export const amountPattern = /^(\d{1,16})(?:\.\d{1,6})?$/;
const amountMax = 2n ** 53n;
/** Codes of ISO 4217, as far as they are in use ("Intl.supportedValuesOf", ECMA-402). */
const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** What is wrong with how a transaction is told; null when nothing is. */
export function checkTransaction({
  orderId,
  amount,
  currency,
  status,
  clickId,
}: Parameters): CallReason | null {
  if (!orderIdPattern.test(orderId)) return 'order_id_malformed';
  if (!isAmount(amount)) return 'amount_malformed';
  if (!currencies.has(currency)) return 'currency_unknown';
  if (status !== '' && !isStatus(status)) return 'status_malformed';
  if (clickId !== '' && !isIdentifier(clickId)) return 'id_malformed';
  return null;
}

/**
 * The transaction of checked parameters. A signature has to be right: what is signed with nothing that the program
 * knows was made by nobody whom it trusts.
 *
 * @param program null where it can't be known; then nobody can tell who may sign, and the order is not claimed
 */
export function readTransaction(
  parameters: Parameters,
  programId: string,
  program: Program | null,
  keyring: Keyring,
): Transaction | 'signature_invalid' {
  const { orderId, amount, currency, status } = parameters;
  const isSigned = parameters.sig !== '' || parameters.key !== '';
  if (isSigned && program !== null && !isSignatureValid(parameters, programId, program, keyring)) {
    return 'signature_invalid';
  }
  return {
    orderId,
    amount,
    currency,
    status: status === '' ? 'pending' : (status as TransactionStatus),
    claims: program !== null && (isSigned || program.signingKeyIds.length === 0),
  };
}

function isSignatureValid(
  parameters: Parameters,
  programId: string,
  program: Program,
  keyring: Keyring,
): boolean {
  if (!program.signingKeyIds.includes(parameters.key)) return false;
  const key = keyring.key(parameters.key);
  if (key === null) return false;
  const { orderId, amount, currency, status, clickId, publisher: publisherId, sig } = parameters;
  const text = transactionText({ programId, orderId, amount, currency, status, clickId, publisherId });
  return isSignedBy(text, sig, key);
}

function isAmount(text: string): boolean {
  const whole = amountPattern.exec(text)?.[1];
  if (whole === undefined) return false;
  const value = BigInt(whole);
  return value < amountMax || (value === amountMax && /^\d+(\.0+)?$/.test(text));
}

function isStatus(text: string): text is TransactionStatus {
  return (transactionStatuses as readonly string[]).includes(text);
}
