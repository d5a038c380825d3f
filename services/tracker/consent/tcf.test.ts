import { TCString } from '@iabtcf/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  base64urlOfBits,
  bitsOfInt,
  mayStoreAndMeasure,
  type TcfChoice,
  tcfChoices,
  tcString,
} from '../../../test/helpers/consent-strings.ts';
import { europe, readTcf, readTcString } from './tcf.ts';

const us = 31;
const all = { consents: [1, 7], interests: [7], vendorConsents: [us], vendorInterests: [us] };
const judge = (choice: Partial<TcfChoice>, vendorId: number | null = us) =>
  readTcString(europe, tcString(choice), vendorId);

describe('a TC string grants', () => {
  test.each<[string, Partial<TcfChoice>]>([
    ['with consent to purposes 1 and 7 and to the vendor', { ...all, interests: [], vendorInterests: [] }],
    ['with legitimate interest for purpose 7', { ...all, consents: [1] }],
    ['with a restriction that asks for consent, which is there', restricted(7, 1)],
    ['with a restriction that asks for legitimate interest, which is there', restricted(7, 2)],
    ['with a restriction of another purpose', restricted(9, 0)],
    ['with a restriction of another vendor', restricted(7, 0, [30, 32])],
    ['with a restriction of purpose 1 to what it needs anyhow', restricted(1, 1)],
  ])('%s', (_, choice) => {
    expect(judge(choice)).toBe('granted');
  });

  test('with the purposes alone, where we have no vendor id', () => {
    expect(judge({ consents: [1, 7] }, null)).toBe('granted');
    expect(judge({ consents: [1], interests: [7] }, null)).toBe('granted');
    expect(judge({ ...restricted(7, 0), vendorConsents: [] }, null)).toBe('granted');
  });
});

describe('a TC string denies', () => {
  test.each<[string, Partial<TcfChoice>]>([
    ['without anything', {}],
    ['without purpose 1', { ...all, consents: [7] }],
    ['without purpose 7', { ...all, consents: [1], interests: [] }],
    ['without the vendor', { ...all, vendorConsents: [30, 32], vendorInterests: [30, 32] }],
    ['without consent to the vendor, which storing needs', { ...all, vendorConsents: [] }],
    ['with legitimate interest, but not in the vendor', { ...all, consents: [1], vendorInterests: [] }],
    ['with purpose 7 not allowed', restricted(7, 0)],
    ['with purpose 1 not allowed', restricted(1, 0)],
    ['with purpose 1 restricted to a basis that it can’t have', restricted(1, 2)],
    ['with consent asked for, and not there', { ...restricted(7, 1), consents: [1] }],
    ['with legitimate interest asked for, and not there', { ...restricted(7, 2), interests: [] }],
    ['with a restriction of a range that we are in', restricted(7, 0, [30, 31, 32])],
  ])('%s', (_, choice) => {
    expect(judge(choice)).toBe('denied');
  });
});

function restricted(purpose: number, type: 0 | 1 | 2, vendors = [us]): TcfChoice {
  return { ...all, restrictions: [{ purpose, type, vendors }] };
}

test('whatever is chosen, it is read as the framework’s own library has written it', () => {
  fc.assert(
    fc.property(tcfChoices, fc.constantFrom(us, null), (choice, vendorId) => {
      expect(judge(choice, vendorId)).toBe(mayStoreAndMeasure(choice, vendorId) ? 'granted' : 'denied');
    }),
    { numRuns: 500 },
  );
});

test('the library reads in its strings what the tests have chosen', () => {
  fc.assert(
    fc.property(tcfChoices, (choice) => {
      const model = TCString.decode(tcString(choice));
      const vendors = (vector: { forEach(tell: (is: boolean, id: number) => void): void }) => {
        const found: number[] = [];
        vector.forEach((is, id) => {
          if (is) found.push(id);
        });
        return found;
      };
      expect(vendors(model.purposeConsents)).toEqual(choice.consents);
      expect(vendors(model.vendorConsents)).toEqual(choice.vendorConsents);
      expect(vendors(model.vendorLegitimateInterests)).toEqual(choice.vendorInterests);
    }),
  );
});

describe('a string that can’t be read denies', () => {
  const good = tcString(all);

  test.each([
    ['nothing', ''],
    ['a word', 'yes'],
    ['a macro that nobody filled in', '[GDPR_CONSENT_31]'],
    ['version 1', `B${good.slice(1)}`],
    ['version 3', `D${good.slice(1)}`],
    ['no base64url', `${good.slice(0, 30)}+${good.slice(31)}`],
    ['padding', `${good.split('.')[0]}==`],
    ['a space before it', ` ${good}`],
    ['a core that is empty', `.${good}`],
    ['a control character', `${good.split('.')[0]}\0`],
  ])('%s', (_, text) => {
    expect(readTcString(europe, text, us)).toBe('denied');
    expect(readTcString(europe, text, null)).toBe('denied');
  });

  test('one that is cut off anywhere before its last bits', () => {
    const core = tcString(restricted(7, 1)).split('.')[0]!;
    expect(readTcString(europe, core, us)).toBe('granted');
    for (let length = 0; length < core.length - 3; length += 1) {
      expect(readTcString(europe, core.slice(0, length), us)).toBe('denied');
    }
  });

  test('but what stands behind its core is not looked at', () => {
    expect(readTcString(europe, `${good.split('.')[0]}.!`, us)).toBe('granted');
  });

  test('and no text makes it throw', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^C[\w-]{0,200}$/));
    fc.assert(
      fc.property(text, fc.constantFrom(us, null), (any, vendorId) => {
        expect(['granted', 'denied']).toContain(readTcString(europe, any, vendorId));
      }),
    );
  });
});

test('ranges of all vendors, thousands of times over, are read to their end and no further', () => {
  const everyone = `1${bitsOfInt(1, 16)}${bitsOfInt(65_535, 16)}`;
  const list = `${bitsOfInt(65_535, 16)}1${bitsOfInt(700, 12)}${everyone.repeat(700)}`;
  const core = `${bitsOfInt(2, 6)}${'0'.repeat(146)}${'1'.repeat(48)}${'0'.repeat(13)}${list}${list}${bitsOfInt(0, 12)}`;
  const text = base64urlOfBits(core);
  expect(readTcString(europe, text, us)).toBe('granted');
  expect(readTcString(europe, text.slice(0, -6), us)).toBe('denied');
  // More entries are told of than there are: reading ends with the string.
  expect(readTcString(europe, `${text.slice(0, 40)}${'_'.repeat(8_000)}`, us)).toBe('denied');
});

describe('the legacy parameters', () => {
  const good = tcString(all);

  test.each([
    ['nothing', '', '', null],
    ['the law does not apply', '0', '', null],
    ['the law does not apply, though there is a string', '0', tcString({}), null],
    ['a string that grants', '1', good, 'granted'],
    ['a string that grants, and not whether the law applies', '', good, 'granted'],
    ['a string that denies', '1', tcString({}), 'denied'],
    ['a string that denies, and not whether the law applies', '', tcString({}), 'denied'],
    ['the law applies, and no string', '1', '', 'denied'],
    ['a macro that nobody filled in', '[GDPR]', '', 'denied'],
    ['a string that can’t be read', '1', 'x', 'denied'],
  ])('%s', (_, gdpr, text, choice) => {
    expect(readTcf(gdpr, text, us)).toBe(choice);
  });
});
