import type { DiskImage } from './disk-image.ts';
import { type DiskProcess, SimulatedDisk } from './simulated-disk.ts';
import { SpoolLife, type Trial, turn } from './spool-life.ts';

const spoolsMax = 2;
const steps = 80;

interface Living {
  readonly process: DiskProcess;
  /** Null where it could not be opened, which a disk that fails may bring about. */
  readonly life: SpoolLife | null;
}

/**
 * Spools that live and die on one disk by chance, two at a time: they accept, send, state, adopt, and end in order,
 * by being killed, or with the power; wherever they are at that moment.
 *
 * @param disturb is asked before each step
 * @returns what the disk holds when, at the end, the power is lost once more
 */
export async function manyLives(
  trial: Trial,
  disturb: (disk: SimulatedDisk) => void = () => {},
): Promise<DiskImage> {
  const { random } = trial;
  let disk = new SimulatedDisk();
  let living: Living[] = [];

  const start = async () => {
    const process = disk.process();
    const life = await SpoolLife.begin({ ...trial, files: process }).catch((error: NodeJS.ErrnoException) => {
      process.kill();
      if (error.code !== 'EIO') trial.witness.violations.push(`The start failed: ${error.message}`);
      return null;
    });
    living.push({ process, life });
  };
  const end = async ({ process, life }: Living, isInOrder: boolean) => {
    if (isInOrder) await life?.spool.close();
    process.kill();
  };
  const losePower = () => {
    for (const { process } of living) process.kill();
    living = [];
    disk = new SimulatedDisk(disk.image.afterPowerLoss(random));
  };

  for (let step = 0; step < steps; step++) {
    disturb(disk);
    living = living.filter(({ life }) => life !== null);
    if (living.length === 0 || (living.length < spoolsMax && random() < 0.05)) {
      await start();
      continue;
    }
    const chance = random();
    if (chance < 0.02) losePower();
    else if (chance < 0.06) await end(living.shift()!, random() < 0.5);
    else await stepOf(living[Math.floor(random() * living.length)]!.life!, trial);
  }
  losePower();
  return disk.image;
}

async function stepOf(life: SpoolLife, { random }: Trial): Promise<void> {
  const chance = random();
  if (chance < 0.45) life.accept(1 + random() * 8, random() < 0.15 ? 'memory' : 'disk');
  else if (chance < 0.6) life.take(1 + random() * 12);
  else if (chance < 0.75) life.release();
  else if (chance < 0.83) life.state();
  else if (chance < 0.87) await life.clock.advance(random() * 15_000);
  else if (chance < 0.91) await life.sendAll();
  // As a rule what was begun is not awaited, so that an end finds it anywhere.
  if (random() < 0.3) await turn();
  else for (let some = random() * 12; some > 0; some--) await null;
}
