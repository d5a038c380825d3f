import { type GppModel, RangeEntry } from '@iabgpp/cmpapi';
import { GVL, PurposeRestriction, type RestrictionType, TCModel, TCString } from '@iabtcf/core';
import fc from 'fast-check';

/** Consent strings for tests, written by the frameworks' own libraries; and the bits of ones that these won't write. */

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Base64url of bits written as `0` and `1`, filled up with zeros. */
export function base64urlOfBits(bits: string): string {
  const sextets = bits.padEnd(Math.ceil(bits.length / 6) * 6, '0').match(/.{6}/g) ?? [];
  return sextets.map((sextet) => digits[Number.parseInt(sextet, 2)]).join('');
}

/** A number as bits. */
export function bitsOfInt(value: number, width: number): string {
  return value.toString(2).padStart(width, '0');
}

/** What somebody has chosen in one of the two frameworks; purposes and vendors are numbers from 1. */
export interface TcfChoice {
  readonly consents: readonly number[];
  readonly interests: readonly number[];
  readonly vendorConsents: readonly number[];
  readonly vendorInterests: readonly number[];
  readonly restrictions: readonly { purpose: number; type: RestrictionType; vendors: readonly number[] }[];
}

const vendorsMax = 90;
const purposes = Array.from({ length: 10 }, (_, index) => index + 1);

/** All vendors declare all purposes on either basis, so that the library leaves no choice out. */
const vendorList = new GVL({
  gvlSpecificationVersion: 3,
  vendorListVersion: 1,
  tcfPolicyVersion: 4,
  lastUpdated: new Date(0),
  purposes: Object.fromEntries(purposes.map((id) => [id, { id, name: `Purpose ${id}` }])),
  specialPurposes: {},
  features: {},
  specialFeatures: {},
  dataCategories: {},
  stacks: {},
  vendors: Object.fromEntries(
    Array.from({ length: vendorsMax }, (_, index) => [
      index + 1,
      {
        id: index + 1,
        name: `Vendor ${index + 1}`,
        purposes,
        legIntPurposes: purposes,
        flexiblePurposes: purposes,
        specialPurposes: [],
        features: [],
        specialFeatures: [],
        urls: [],
      },
    ]),
  ),
} as unknown as ConstructorParameters<typeof GVL>[0]);

/** A TC string of Europe's framework. */
export function tcString(choice: Partial<TcfChoice>): string {
  const model = new TCModel(vendorList);
  Object.assign(model, { cmpId: 7, cmpVersion: 1, isServiceSpecific: true });
  model.purposeConsents.set([...(choice.consents ?? [])]);
  model.purposeLegitimateInterests.set([...(choice.interests ?? [])]);
  model.vendorConsents.set([...(choice.vendorConsents ?? [])]);
  model.vendorLegitimateInterests.set([...(choice.vendorInterests ?? [])]);
  for (const { purpose, type, vendors } of choice.restrictions ?? []) {
    for (const vendor of vendors)
      model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, type));
  }
  return TCString.encode(model);
}

/** Writes a choice into the section of Canada's framework. */
export function setCanada(gpp: GppModel, choice: Partial<TcfChoice>): void {
  const among = (numbers: readonly number[] = []) =>
    Array.from({ length: 24 }, (_, index) => numbers.includes(index + 1));
  const ascending = (numbers: readonly number[] = []) => numbers.toSorted((a, b) => a - b);
  gpp.setFieldValue('tcfcav1', 'PurposesExpressConsent', among(choice.consents));
  gpp.setFieldValue('tcfcav1', 'PurposesImpliedConsent', among(choice.interests));
  gpp.setFieldValue('tcfcav1', 'VendorExpressConsent', ascending(choice.vendorConsents));
  gpp.setFieldValue('tcfcav1', 'VendorImpliedConsent', ascending(choice.vendorInterests));
  gpp.setFieldValue(
    'tcfcav1',
    'PubRestrictions',
    (choice.restrictions ?? []).map(
      ({ purpose, type, vendors }) => new RangeEntry(purpose, type, ascending(vendors)),
    ),
  );
}

const subset = (of: readonly number[]) => fc.subarray([...of]);
const vendors = fc.oneof(
  subset([1, 2, 3, 30, 31, 32, 33, 60, vendorsMax]),
  // Many, so that they are written as a bit each.
  subset(Array.from({ length: vendorsMax }, (_, index) => index + 1)),
);

/** Choices, often of purposes 1 and 7 and of vendor 31. */
export const tcfChoices: fc.Arbitrary<TcfChoice> = fc.record({
  consents: fc.oneof(subset(purposes), fc.constant([1, 7])),
  interests: subset(purposes.slice(1)),
  vendorConsents: fc.oneof(vendors, fc.constant([31]), fc.constant([30, 31, 32])),
  vendorInterests: fc.oneof(vendors, fc.constant([31])),
  restrictions: fc.uniqueArray(
    fc.record({
      purpose: fc.constantFrom(1, 7, 9),
      type: fc.constantFrom<RestrictionType>(0, 1, 2),
      vendors: fc.oneof(fc.constant([31]), fc.constant([30, 31, 32]), fc.constant([29, 30, 33])),
    }),
    { maxLength: 4, selector: ({ purpose }) => purpose },
  ),
});

/**
 * Whether a vendor may store and measure by a choice, in the words of the frameworks' policies: each purpose needs a
 * basis that both the purpose and the vendor have, and that no restriction takes away.
 */
export function mayStoreAndMeasure(choice: TcfChoice, vendor: number | null): boolean {
  const has = (purpose: number, basis: 'consent' | 'interest') => {
    const [ofPurpose, ofVendor] =
      basis === 'consent'
        ? [choice.consents, choice.vendorConsents]
        : [choice.interests, choice.vendorInterests];
    if (!ofPurpose.includes(purpose)) return false;
    if (vendor === null) return true;
    const restrictions = choice.restrictions
      .filter((restriction) => restriction.purpose === purpose && restriction.vendors.includes(vendor))
      .map(({ type }) => ['none', 'consent', 'interest'][type]);
    return ofVendor.includes(vendor) && restrictions.every((allowed) => allowed === basis);
  };
  return has(1, 'consent') && (has(7, 'consent') || has(7, 'interest'));
}
