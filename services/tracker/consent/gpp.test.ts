import { GppModel, Sections } from '@iabgpp/cmpapi';
import type { ConsentChoice } from '@trackline/domain/consent';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  base64urlOfBits,
  bitsOfInt,
  mayStoreAndMeasure,
  setCanada,
  tcfChoices,
  tcString,
} from '../../../test/helpers/consent-strings.ts';
import { readGpp } from './gpp.ts';
import { usSections } from './us-sections.ts';

const us = 31;
const states = [...usSections.keys()];
const nameOf = (id: number) => Sections.SECTION_ID_NAME_MAP.get(id)!;
const optOutFields = ['SaleOptOut', 'SharingOptOut', 'TargetedAdvertisingOptOut'];

type Fields = Readonly<Record<string, unknown>>;

/** Sections by their ids, with their fields; what is left out is as the library has it. */
function gpp(sections: Readonly<Record<number, Fields>>): string {
  const model = new GppModel();
  for (const [id, fields] of Object.entries(sections)) {
    const name = nameOf(Number(id));
    // The version, since a section is made by its first field.
    const first = ['MspaVersion', 'Version'].find((field) => canSet(model, name, field))!;
    expect(first).toBeDefined();
    for (const [field, value] of Object.entries(fields)) model.setFieldValue(name, field, value);
  }
  return model.encode();
}

function canSet(model: GppModel, section: string, field: string): boolean {
  try {
    model.setFieldValue(section, field, 1);
    return true;
  } catch {
    return false;
  }
}

const hasField = (id: number, field: string) => {
  const model = new GppModel();
  model.setFieldValue(
    nameOf(id),
    canSet(new GppModel(), nameOf(id), 'Version') ? 'Version' : 'MspaVersion',
    1,
  );
  return model.hasField(nameOf(id), field);
};
const judge = (sections: Readonly<Record<number, Fields>>, sids = '', vendorId: number | null = us) =>
  readGpp(gpp(sections), sids, vendorId);

describe.each(states.map((id) => [nameOf(id), id] as const))('the section %s', (_, id) => {
  const own = optOutFields.filter((field) => hasField(id, field));
  const sold = Object.fromEntries(own.map((field) => [field, 2]));

  test('knows the opt-outs that the library knows', () => {
    expect(usSections.get(id)!.optOutsAt).toHaveLength(own.length);
    expect(usSections.get(id)!.hasGpc).toBe(hasField(id, 'Gpc'));
  });

  test.each(own)('denies after an opt-out, and %s is one', (field) => {
    expect(judge({ [id]: { ...sold, [field]: 1 } })).toBe('denied');
    expect(judge({ [id]: { [field]: 1 } })).toBe('denied');
  });

  test('grants where nobody opted out, and says nothing where that does not apply', () => {
    expect(judge({ [id]: sold })).toBe('granted');
    expect(judge({ [id]: { [own[0]!]: 2 } })).toBe('granted');
    expect(judge({ [id]: {} })).toBe(null);
  });

  test('is not moved by any other of its fields', () => {
    const others = Object.entries(new GppModel(gpp({ [id]: sold })).getSection(nameOf(id)) as Fields)
      .filter(([field]) => !own.includes(field) && !/Version|Gpc|Segment|Included/.test(field))
      .map(([field, value]) => [field, Array.isArray(value) ? value.map(() => 1) : 1]);
    expect(others.length).toBeGreaterThan(2);
    expect(judge({ [id]: { ...sold, ...Object.fromEntries(others) } })).toBe('granted');
  });

  test('denies where it is of a version that we do not know, cut off, or no base64url', () => {
    const text = gpp({ [id]: sold });
    const [header, section] = text.split('~') as [string, string];
    for (const broken of ['A', 'D', '8'].map((version) => `${version}${section.slice(1)}`)) {
      expect(readGpp(`${header}~${broken}`, '', us)).toBe('denied');
    }
    expect(readGpp(`${header}~${section.slice(0, 2)}`, '', us)).toBe('denied');
    expect(readGpp(`${header}~${section.slice(0, 4)}!`, '', us)).toBe('denied');
    expect(readGpp(`${header}~`, '', us)).toBe('denied');
  });
});

test.each(states.filter((id) => hasField(id, 'Gpc')).map((id) => [nameOf(id), id] as const))(
  'the section %s denies where the browser sent Global Privacy Control',
  (_, id) => {
    const gpc = (Gpc: boolean) => judge({ [id]: { SaleOptOut: 2, GpcSegmentIncluded: true, Gpc } });
    expect(gpc(true)).toBe('denied');
    expect(gpc(false)).toBe('granted');
  },
);

test('the national section is read in both of its versions', () => {
  for (const version of [1, 2]) {
    expect(judge({ 7: { Version: version, SaleOptOut: 2 } })).toBe('granted');
    expect(judge({ 7: { Version: version, TargetedAdvertisingOptOut: 1 } })).toBe('denied');
  }
});

test('an opt-out of no known value denies', () => {
  const text = gpp({ 8: { SaleOptOut: 2, SharingOptOut: 2 } });
  const [header] = text.split('~');
  const section = base64urlOfBits(
    `${bitsOfInt(1, 6)}000000${bitsOfInt(3, 2)}${bitsOfInt(2, 2)}${'0'.repeat(30)}`,
  );
  expect(readGpp(`${header}~${section}`, '', us)).toBe('denied');
});

test('a segment behind a core that can’t be read denies', () => {
  const text = gpp({ 8: { SaleOptOut: 2 } });
  expect(readGpp(`${text}.`, '', us)).toBe('denied');
  expect(readGpp(`${text}.!`, '', us)).toBe('denied');
});

test('Europe’s section is read as the legacy parameter is', () => {
  const header = gpp({ 2: {} }).split('~')[0];
  fc.assert(
    fc.property(tcfChoices, fc.constantFrom(us, null), (choice, vendorId) => {
      const read = readGpp(`${header}~${tcString(choice)}`, '2', vendorId);
      expect(read).toBe(mayStoreAndMeasure(choice, vendorId) ? 'granted' : 'denied');
    }),
  );
});

test('Canada’s section is read as its library has written it', () => {
  fc.assert(
    fc.property(tcfChoices, fc.constantFrom(us, null), (choice, vendorId) => {
      const model = new GppModel();
      setCanada(model, choice);
      const expected = mayStoreAndMeasure(choice, vendorId) ? 'granted' : 'denied';
      expect(readGpp(model.encode(), '5', vendorId)).toBe(expected);
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['Y', 'denied'],
  ['N', 'granted'],
  ['-', null],
] as const)('the US Privacy string as a section: an opt-out %s', (optOut, choice) => {
  expect(judge({ 6: { Notice: 'Y', OptOutSale: optOut, LspaCovered: 'N' } })).toBe(choice);
});

describe('which sections count', () => {
  const yes = { SaleOptOut: 2 };
  const no = { SaleOptOut: 1 };
  const california = gpp({ 8: yes });

  test.each<[string, string, string, ConsentChoice | null]>([
    ['no string', '', '', null],
    ['no string, and the sections not known yet', '', '0', null],
    ['no string, and no section applies', '', '-1', null],
    ['no string where a section applies', '', '7', 'denied'],
    ['a string without sections', 'DBAA', '', null],
    ['a string without the section that applies', 'DBAA', '7', 'denied'],
    ['all of the header, where none is named', gpp({ 7: yes, 8: yes }), '', 'granted'],
    ['all of the header, of which one refuses', gpp({ 7: yes, 8: no }), '', 'denied'],
    ['all of the header, where they are not known yet', gpp({ 7: yes, 8: no }), '0', 'denied'],
    ['the one named', gpp({ 7: yes, 8: no }), '7', 'granted'],
    ['the other named', gpp({ 7: yes, 8: no }), '8', 'denied'],
    ['both named', gpp({ 7: yes, 8: no }), '7,8', 'denied'],
    ['both named, the other way around', gpp({ 7: no, 8: yes }), '8,7,8', 'denied'],
    ['one named that is not there', california, '7', 'denied'],
    ['one named that is not there, beside one that is', california, '7,8', 'denied'],
    ['none', gpp({ 7: no }), '-1', null],
    ['one that we do not know', california, '99', 'denied'],
    ['one that we do not know, beside one that we do', california, '8,99', 'granted'],
    ['a section that says nothing, and one that grants', gpp({ 7: {}, 8: yes }), '', 'granted'],
    ['ids that can’t be read', california, '8;9', 'denied'],
    ['a macro that nobody filled in', california, '[GPP_SID]', 'denied'],
    ['more ids than there can be', california, Array(65).fill('8').join(), 'denied'],
  ])('%s', (_, text, sids, choice) => {
    expect(readGpp(text, sids, us)).toBe(choice);
  });

  test('any choice of sections is found by the header that the library writes', () => {
    fc.assert(
      fc.property(fc.subarray(states, { minLength: 1 }), fc.nat(), (ids, nth) => {
        const refusing = ids[nth % ids.length]!;
        const text = gpp(Object.fromEntries(ids.map((id) => [id, id === refusing ? no : yes])));
        for (const id of ids) expect(readGpp(text, `${id}`, us)).toBe(id === refusing ? 'denied' : 'granted');
        expect(readGpp(text, '', us)).toBe('denied');
      }),
    );
  });

  test('a header that names only sections that we do not know denies, and one with others does not', () => {
    const head = `${bitsOfInt(3, 6)}${bitsOfInt(1, 6)}`;
    const first = base64urlOfBits(`${head}${bitsOfInt(1, 12)}0${'11'}`);
    const firstTwo = base64urlOfBits(`${head}${bitsOfInt(1, 12)}1${'11'}${'11'}`);
    const granting = tcString({ consents: [1, 7], vendorConsents: [us] });
    expect(readGpp(`${first}~${granting}`, '', us)).toBe('denied');
    expect(readGpp(`${first}~${granting}`, '1', us)).toBe('denied');
    expect(readGpp(`${firstTwo}~BVQ~${granting}`, '', us)).toBe('granted');
    expect(readGpp(`${firstTwo}~BVQ~${granting}`, '1', us)).toBe('denied');
  });
});

describe('a string that can’t be read denies', () => {
  const good = gpp({ 8: { SaleOptOut: 2 } });
  const [header, section] = good.split('~') as [string, string];

  test.each([
    ['a word', 'yes'],
    ['a macro that nobody filled in', '[GPP_STRING]'],
    ['no header', `~${section}`],
    ['a header of another type', `A${good.slice(1)}`],
    ['a header of another version', `DC${good.slice(2)}`],
    ['a header that is cut off', `${header.slice(0, 3)}~${section}`],
    ['a header that is no base64url', `${header}=~${section}`],
    ['more sections than the header names', `${good}~${section}`],
    ['fewer sections than the header names', header],
    ['ten thousand sections', `${header}${'~'.repeat(8_000)}`],
  ])('%s', (_, text) => {
    expect(readGpp(text, '', us)).toBe('denied');
    expect(readGpp(text, '8', us)).toBe('denied');
  });

  test('a header with a range of a billion sections', () => {
    const billion = `${'0'.repeat(42)}11`;
    const range = base64urlOfBits(
      `${bitsOfInt(3, 6)}${bitsOfInt(1, 6)}${bitsOfInt(1, 12)}1${'11'}${billion}`,
    );
    expect(readGpp(`${range}~${section}`, '', us)).toBe('denied');
  });

  test('and no text makes it throw', () => {
    const ids = fc.oneof(fc.string(), fc.constantFrom('', '2', '5', '6', '7', '8'));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.stringMatching(/^DBA[\w-]{0,8}(~[\w.-]{0,30}){0,4}$/),
      fc.stringMatching(/^[\w.-]{0,60}$/).map((any) => `${header}~${any}`),
    );
    fc.assert(
      fc.property(text, ids, fc.constantFrom(us, null), (any, sids, vendorId) => {
        expect(['granted', 'denied', null]).toContain(readGpp(any, sids, vendorId));
      }),
      { numRuns: 500 },
    );
  });
});
