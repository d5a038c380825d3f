import type { ConsentChoice } from '@trackline/domain/consent';
import { Bits } from './bits.ts';
import { canada, europe, readTcString } from './tcf.ts';
import { readUsPrivacy } from './us-privacy.ts';
import { readUsSection, usSections } from './us-sections.ts';

/**
 * What a string of IAB Tech Lab's Global Privacy Platform says ("Consent String Specification"): a header that names
 * the sections, then these. One section that refuses is enough.
 *
 * Denied, too, where the string can't be read, where a section that applies is missing, and where none of those that
 * apply is known to us: somebody has made a choice, under a law of which we can't tell what it asks for. Unknown
 * sections beside known ones are left out: a string may hold a new state's beside the national one.
 *
 * @param text '' where the call has none
 * @param sids `gpp_sid`, the ids of the sections that apply, with commas between them; '' or `0` (not known yet): all
 *   in the header do; `-1`: none does
 * @param vendorId ours in the frameworks for Europe and Canada; null: the purposes alone decide
 * @returns null where nothing is said
 */
export function readGpp(text: string, sids: string, vendorId: number | null): ConsentChoice | null {
  if (sids === '-1' || (text === '' && isOpen(sids))) return null;
  const sections = sectionsOf(text);
  const applying = isOpen(sids) ? [...(sections?.keys() ?? [])] : idsOf(sids);
  if (sections === null || applying === null) return 'denied';
  const known = applying.filter((id) => readers.has(id));
  if (known.length === 0) return applying.length === 0 ? null : 'denied';
  let said: ConsentChoice | null = null;
  for (const id of known) {
    const section = sections.get(id);
    const choice = section === undefined ? 'denied' : readers.get(id)!(section, vendorId);
    if (choice === 'denied') return 'denied';
    said ??= choice;
  }
  return said;
}

function isOpen(sids: string): boolean {
  return sids === '' || sids === '0';
}

/** Of 64 ids at most: many times as many as apply to anybody. */
const sidList = /^\d{1,4}(?:,\d{1,4}){0,63}$/;

function idsOf(sids: string): number[] | null {
  return sidList.test(sids) ? [...new Set(sids.split(',').map(Number))] : null;
}

type ReadSection = (section: string, vendorId: number | null) => ConsentChoice | null;

/** What reads each section that is known to us, by its id ("Section Information", IAB Tech Lab). */
const readers: ReadonlyMap<number, ReadSection> = new Map<number, ReadSection>([
  [2, (section, vendorId) => readTcString(europe, section, vendorId)],
  [5, (section, vendorId) => readTcString(canada, section, vendorId)],
  [6, (section) => (section === '' ? 'denied' : readUsPrivacy(section))],
  ...[...usSections].map(([id, us]): [number, ReadSection] => [id, (section) => readUsSection(us, section)]),
]);

/** The sections by their ids; null where the header can't be read, or names more or fewer than there are. */
function sectionsOf(text: string): Map<number, string> | null {
  const [header, ...texts] = text.split('~');
  const bits = Bits.of(header!);
  if (bits === null || bits.int(6) !== 3 || bits.int(6) !== 1) return null;
  const sections = new Map<number, string>();
  const entries = bits.int(12);
  let last = 0;
  for (let index = 0; index < entries; index += 1) {
    const isRange = bits.flag();
    const first = last + bits.fibonacci();
    last = isRange ? first + bits.fibonacci() : first;
    // Before the ids are counted through: a range may have billions.
    if (bits.isOverrun || last - first >= texts.length - sections.size) return null;
    for (let id = first; id <= last; id += 1) sections.set(id, texts[sections.size]!);
  }
  return !bits.isOverrun && sections.size === texts.length ? sections : null;
}
