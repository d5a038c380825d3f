import { identifierPattern } from '@trackline/domain/identifier';
import { messageIdPattern } from '@trackline/domain/message-id';
import { eventTypes, transactionStatuses, vastEvents } from '@trackline/domain/tracking-event';
import Type, { type TObject, type TSchema, type TString } from 'typebox';
import { limits } from '../../limits.ts';
import { expiresPattern } from '../redirect/location.ts';
import { consentFields, type Field, freeName, linkName } from '../request/parameters.ts';
import { amountPattern, orderIdPattern } from '../tracking/transaction.ts';

/**
 * What a call may say, for the document alone: check.ts decides, and a test compares the two. Each field of
 * `Parameters` has its schema here, or this does not compile.
 */
const fields: Readonly<Record<Field, TString>> = {
  programId: id('The program, by the id that its core data have.', 'aurora-shoes'),
  publisher: id('Who shows the ad.', 'p1'),
  f: Type.String({
    description: '`b`: a beacon, which wants no body: 204 in place of 200 with the GIF.',
  }),
  type: choice(eventTypes, 'The event type.'),
  event: choice(vastEvents, 'What a video player reports of an ad (VAST); of impressions.'),
  idempotencyKey: matching(
    messageIdPattern,
    'A UUIDv7 of the caller’s making, its time near to ours: the event that comes again with it is the same event.',
  ),

  url: Type.String({
    description:
      'Where a click goes in place of the landing URL, if the program allows it or the link is signed.',
  }),
  expires: matching(expiresPattern, 'When a signed link ends, in seconds since the epoch.'),
  key: Type.String({ description: 'The id of the key that the call is signed with.' }),
  sig: Type.String({ description: 'The signature: HMAC-SHA-256, in base64url without padding.' }),

  clickId: id('The click that led to the transaction: its id, as the landing URL was given it.'),
  orderId: matching(orderIdPattern, 'The order, by the id that the shop has for it.', 'order-1'),
  amount: matching(amountPattern, 'An exact decimal, as text.', '12.30'),
  currency: matching(/^[A-Z]{3}$/, 'A currency code of ISO 4217 that is in use.', 'EUR'),
  status: choice(
    transactionStatuses,
    `How far the order is; \`${transactionStatuses[0]}\` where it is not said.`,
  ),

  gdpr: Type.String({ description: 'IAB TCF: whether the GDPR applies, `0` or `1`.' }),
  gdprConsent: Type.String({ description: 'IAB TCF v2: the consent string.' }),
  gpp: Type.String({ description: 'IAB GPP: the string. It wins over the three others.' }),
  gppSid: Type.String({ description: 'IAB GPP: the ids of the sections that apply, as `2,6`.' }),
  usPrivacy: Type.String({ description: 'IAB US Privacy: the string, as `1YNN`.' }),
};

/** Sub-ids and free parameters. */
const params = Type.Object(
  {},
  {
    description:
      `${limits.subIdsMax} sub-ids (\`sub1\`, \`sub2\`, …) and ${limits.freeParamsMax} free parameters at most, each ` +
      `of ${limits.paramBytesMax} bytes at most; of free ones what is beyond is left out.`,
    propertyNames: { pattern: freeName.source },
    additionalProperties: Type.String(),
    examples: [{ sub1: 'banner-3' }],
  },
);

export const transactionFields = ['clickId', 'orderId', 'amount', 'currency', 'status'] as const;
/** What a transaction can't do without. */
export const transactionRequired = ['orderId', 'amount', 'currency'] as const;

/** The path parameter of a route on one program. */
export const programInPath = Type.Object({ programId: fields.programId });

/** A query or a form, under the names that ad links write. */
export function linkParameters(names: readonly Field[], required: readonly Field[] = []): TObject {
  return Type.Object({ ...some(names, required, linkName), params: Type.Optional(params) });
}

/** Those of consent alone, in a query. */
export const consentParameters = Type.Object(some(consentFields, [], linkName));

/** One event as a JSON object. */
export function jsonParameters(
  names: readonly Field[],
  required: readonly Field[],
  example: Partial<Record<Field, string>>,
): TObject {
  const properties = { ...some(names, required, (name) => name), params: Type.Optional(params) };
  return Type.Object(properties, { examples: [example] });
}

function some(
  names: readonly Field[],
  required: readonly Field[],
  nameOf: (field: Field) => string,
): Record<string, TSchema> {
  return Object.fromEntries(
    names.map((name) => [nameOf(name), required.includes(name) ? fields[name] : Type.Optional(fields[name])]),
  );
}

function id(description: string, example?: string): TString {
  return matching(identifierPattern, description, example);
}

function matching({ source }: RegExp, description: string, example?: string): TString {
  return Type.String({ pattern: source, description, ...(example !== undefined && { examples: [example] }) });
}

function choice(values: readonly string[], description: string): TString {
  return Type.String({ enum: [...values], description });
}
