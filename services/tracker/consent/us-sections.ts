import type { ConsentChoice } from '@trackline/domain/consent';
import { Bits } from './bits.ts';

/** Where a section of the US has what we ask of it. */
export interface UsSection {
  readonly versionMax: number;
  /** The bits of its opt-outs from sale, sharing and targeted advertising, as far as it has them. */
  readonly optOutsAt: readonly number[];
  /** Whether a segment behind the core may say that the browser sent Global Privacy Control. */
  readonly hasGpc: boolean;
}

const plain: UsSection = { versionMax: 1, optOutsAt: [12, 14], hasGpc: true };
const withoutGpc: UsSection = { ...plain, hasGpc: false };
/** Utah and Iowa have another notice before their opt-outs. */
const later: UsSection = { ...plain, optOutsAt: [14, 16] };
/** The newest open with two more fields of their privacy agreement. */
const newest: UsSection = { ...plain, optOutsAt: [16, 18] };

/**
 * By their ids in GPP ("Section Information", IAB Tech Lab), as of @iabgpp/cmpapi 3.2.0, which the tests compare
 * with.
 */
export const usSections: ReadonlyMap<number, UsSection> = new Map([
  [7, { versionMax: 2, optOutsAt: [18, 20, 22], hasGpc: true }], // National
  [8, plain], // California
  [9, withoutGpc], // Virginia
  [10, plain], // Colorado
  [11, { ...later, hasGpc: false }], // Utah
  [12, plain], // Connecticut
  [13, withoutGpc], // Florida
  [14, plain], // Montana
  [15, plain], // Oregon
  [16, plain], // Texas
  [17, plain], // Delaware
  [18, later], // Iowa
  [19, plain], // Nebraska
  [20, plain], // New Hampshire
  [21, plain], // New Jersey
  [22, plain], // Tennessee
  [23, plain], // Minnesota
  [24, newest], // Maryland
  [25, { ...newest, hasGpc: false }], // Indiana
  [26, { ...newest, hasGpc: false }], // Kentucky
  [27, { ...newest, hasGpc: false }], // Rhode Island
]);

/**
 * What a section says: denied after an opt-out, with Global Privacy Control, and where it can't be read; null where
 * none of its opt-outs applies.
 */
export function readUsSection(section: UsSection, text: string): ConsentChoice | null {
  const [core, ...segments] = text.split('.');
  const bits = Bits.of(core!);
  if (bits === null) return 'denied';
  const version = bits.int(6);
  if (version < 1 || version > section.versionMax) return 'denied';
  let said: ConsentChoice | null = null;
  let at = 6;
  for (const optOutAt of section.optOutsAt) {
    bits.skip(optOutAt - at);
    const optOut = bits.int(2);
    at = optOutAt + 2;
    // 0: not applicable. 1: opted out. 2: not opted out. There is no 3.
    if (optOut === 1 || optOut === 3) return 'denied';
    if (optOut === 2) said = 'granted';
  }
  if (bits.isOverrun) return 'denied';
  return section.hasGpc && segments.some(hasGpc) ? 'denied' : said;
}

/** A segment of type 1 whose flag is set, or one that can't be read. */
function hasGpc(segment: string): boolean {
  const bits = Bits.of(segment);
  return bits === null || (bits.int(2) === 1 && bits.flag()) || bits.isOverrun;
}
