import { describe, expect, test } from 'vitest';
import { acknowledgesBeforeSync, deletesBeforeAcknowledgement, takesEqualVersions } from './planted-bugs.ts';
import { simulate } from './simulate.ts';
import { type ProductionParts, productionParts } from './world/production-parts.ts';

const steps = 150;
const seedsMax = 100;

/** The violations of the first seed that finds anything. */
async function find(parts: ProductionParts): Promise<readonly string[]> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violations } = await simulate({ seed, steps, parts });
    if (violations.length > 0) return violations;
  }
  return [];
}

describe('what is planted is found', () => {
  test('an answer before the disk has the event', async () => {
    expect(await find(acknowledgesBeforeSync)).toContainEqual(
      expect.stringMatching(/was accepted by .*, and is not stored|names the offers/),
    );
  });

  test('an event that is taken for sent before the stream has it', async () => {
    expect(await find(deletesBeforeAcknowledgement)).toContainEqual(
      expect.stringMatching(/was accepted by .*, and is not stored|missing/),
    );
  });

  test('a version that an equal one takes the place of', async () => {
    expect(await find(takesEqualVersions)).toContainEqual(
      expect.stringMatching(/another content|told .* of p\d/),
    );
  });

  test('an equal version that is taken for older, in the text of the program cache', async () => {
    const planted = '../../services/tracker/program-cache/program-cache.ts?planted=equal-is-older';
    const { ProgramCache } = (await import(planted)) as Pick<ProductionParts, 'ProgramCache'>;
    expect(ProgramCache).not.toBe(productionParts.ProgramCache);
    expect(await find({ ...productionParts, ProgramCache })).toContainEqual(
      expect.stringMatching(/an alarm that Redis lost/),
    );
  });
});
