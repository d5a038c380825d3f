import type { DiskImage } from './disk-image.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SpoolLife, type SpoolLifeOptions } from './spool-life.ts';

/**
 * Starts a spool on what is left, has it accept some more, and sends everything.
 *
 * @returns what did not work; what became of the events, the trial's witness knows
 */
export async function lastLife(
  image: DiskImage,
  options: Omit<SpoolLifeOptions, 'files'>,
): Promise<string[]> {
  const process = new SimulatedDisk(image).process();
  try {
    const life = await SpoolLife.begin({ ...options, files: process });
    life.state();
    life.accept(3);
    const isDone = await life.sendAll();
    await life.spool.close();
    const isAccepting = life.answers.accepted === 3;
    return [
      ...(isDone ? [] : ['Not everything could be sent']),
      ...(isAccepting ? [] : ['What was offered after the start was refused']),
    ];
  } catch (error) {
    return [`The start failed: ${(error as Error).message}`];
  } finally {
    process.kill();
  }
}
