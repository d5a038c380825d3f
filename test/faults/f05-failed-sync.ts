import { seededRandom } from '../helpers/seeded-random.ts';
import type { Fault } from './fault.ts';
import { lastLife } from './harness/spool-files/last-life.ts';
import { manyLives } from './harness/spool-files/many-lives.ts';
import { type AskedCall, SimulatedDisk } from './harness/spool-files/simulated-disk.ts';
import { SpoolLife, type Trial, turn } from './harness/spool-files/spool-life.ts';
import { SpoolWitness } from './harness/spool-files/spool-witness.ts';

const seeds = { short: 20, long: 2_000 };
const livesSeeds = { short: 80, long: 5_000 };

interface Failing {
  readonly what: string;
  /** Whether this call fails, of which `failed` did before. */
  readonly isHit: (call: AskedCall, failed: number) => boolean;
  /** Whether whoever is offered meanwhile is accepted all the same. */
  readonly isBridged: boolean;
}

const failings: readonly Failing[] = [
  { what: 'once', isHit: ({ kind }, failed) => kind === 'sync' && failed < 1, isBridged: true },
  { what: 'for long', isHit: ({ kind }) => kind === 'sync', isBridged: false },
  {
    what: 'on the segment and the new one',
    isHit: ({ kind }, failed) => kind === 'sync' && failed < 2,
    isBridged: false,
  },
  {
    what: 'with the cut behind it',
    isHit: ({ kind }, failed) => (kind === 'sync' || kind === 'truncate') && failed < 2,
    isBridged: true,
  },
  {
    what: 'of a file, and then of the folder',
    isHit: ({ kind }, failed) => kind === (failed === 0 ? 'sync' : 'syncFolder') && failed < 2,
    isBridged: false,
  },
];

/** A disk whose fdatasync fails, and that loses power afterwards; then everything on it that can fail does at times. */
export const fault: Fault = {
  id: 'F5',
  injects: 'fdatasync fails with EIO: once, for long, on the new segment, on the folder; then power loss',
  expects: 'nothing is accepted that is not on the disk; it recovers by itself; no sequence names two events',
  async run({ short, seed, say }) {
    const violations: string[] = [];
    const counts = { accepted: 0, missing: 0 };
    const conclude = (trial: Trial, found: readonly string[], which: string) => {
      const all = [...found, ...trial.witness.verdict()];
      violations.push(...all.map((each) => `${which}: ${each}`));
      counts.accepted += trial.witness.accepted;
      counts.missing += trial.witness.missing().length;
    };
    for (const failing of failings) {
      for (let i = 0; i < (short ? seeds.short : seeds.long); i++) {
        const trial = newTrial(seed + i);
        conclude(trial, await failAndLosePower(failing, trial), `EIO ${failing.what}, seed ${seed + i}`);
      }
      say(`EIO ${failing.what}: ${violations.length} violations`);
    }
    for (let i = 0; i < (short ? livesSeeds.short : livesSeeds.long); i++) {
      const trial = newTrial(seed + i);
      const image = await manyLives(trial, (disk) => failAtTimes(disk, trial));
      conclude(trial, await lastLife(image, trial), `EIO at times, seed ${seed + i}`);
      if (i % 500 === 499) say(`${i + 1} seeds of EIO at times, ${violations.length} violations`);
    }
    const { accepted, missing } = counts;
    return {
      events: { accepted, persisted: accepted - missing, missing, duplicates: 0 },
      figure: `${missing} false acknowledgements`,
      violations: violations.slice(0, 20),
    };
  },
};

function newTrial(seed: number): Trial {
  return { random: seededRandom(seed), witness: new SpoolWitness(), names: { last: 0 } };
}

async function failAndLosePower({ isHit, isBridged }: Failing, trial: Trial): Promise<string[]> {
  const { random } = trial;
  const disk = new SimulatedDisk();
  const process = disk.process();
  const life = await SpoolLife.begin({ ...trial, files: process });
  const found: string[] = [];
  life.accept(3);
  await turn();
  let failed = 0;
  disk.interfere = (call) => (isHit(call, failed) && ++failed > 0 ? { code: 'EIO' } : undefined);
  const before = { ...life.answers };
  life.accept(4);
  life.accept(1, 'memory');
  await turn();
  const { accepted } = life.answers;
  if (failed === 0) found.push('Nothing failed');
  if (isBridged !== (accepted === before.accepted + 4))
    found.push(`${accepted - 3} of 4 were accepted meanwhile`);
  if (!isBridged && life.answers.failed !== 4) found.push('Who waited was not told');
  if (isBridged !== life.spool.account().writable) found.push('Whether it is writable was told wrongly');
  // In some trials the power goes before it has recovered.
  if (random() < 0.7) {
    await life.clock.advance(5_000);
    disk.interfere = () => undefined;
    await life.clock.advance(2_000);
    if (!life.spool.account().writable) found.push('It did not recover');
    life.accept(3);
    life.take(5);
    if (random() < 0.5) await turn();
  }
  process.kill();
  return [...found, ...(await lastLife(disk.image.afterPowerLoss(random), trial))];
}

/** Whichever calls change something, and those that read, fail for a while, some or all of them. */
function failAtTimes(disk: SimulatedDisk, { random }: Trial): void {
  if (random() < 0.85) return;
  const share = random() < 0.5 ? 0 : random();
  disk.interfere = () => (random() < share ? { code: 'EIO' } : undefined);
}
