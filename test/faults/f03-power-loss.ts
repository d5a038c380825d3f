import { seededRandom } from '../helpers/seeded-random.ts';
import type { Fault } from './fault.ts';
import { lastLife } from './harness/spool-files/last-life.ts';
import { manyLives } from './harness/spool-files/many-lives.ts';
import type { Trial } from './harness/spool-files/spool-life.ts';
import { SpoolWitness } from './harness/spool-files/spool-witness.ts';

const seeds = { short: 250, long: 10_000 };

/** Spools on a disk that keeps what was synced when the power goes, and of all else only what chance has it keep. */
export const fault: Fault = {
  id: 'F3',
  injects:
    'simulated power loss: any subset of unsynced 512-byte sectors, lengths and folder entries survives',
  expects: 'start-up succeeds; nothing accepted or stated is missing; no sequence names two events',
  async run({ short, seed, say }) {
    const count = short ? seeds.short : seeds.long;
    const violations: string[] = [];
    let accepted = 0;
    let missing = 0;
    for (let i = 0; i < count; i++) {
      const trial: Trial = {
        random: seededRandom(seed + i),
        witness: new SpoolWitness(),
        names: { last: 0 },
      };
      const found = [
        ...(await lastLife(await manyLives(trial), trial)),
        ...trial.witness.verdict(),
        ...trial.witness.overstated(),
      ];
      violations.push(...found.map((each) => `Seed ${seed + i}: ${each}`));
      accepted += trial.witness.accepted;
      missing += trial.witness.missing().length;
      if (i % 500 === 499) say(`${i + 1} seeds, ${violations.length} violations`);
    }
    return {
      events: { accepted, persisted: accepted - missing, missing, duplicates: 0 },
      figure: `${count} seeds`,
      violations: violations.slice(0, 20),
    };
  },
};
