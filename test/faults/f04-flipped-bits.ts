import { seededRandom } from '../helpers/seeded-random.ts';
import type { Fault } from './fault.ts';
import type { DiskImage } from './harness/spool-files/disk-image.ts';
import { lastLife } from './harness/spool-files/last-life.ts';
import { SimulatedDisk } from './harness/spool-files/simulated-disk.ts';
import { SpoolLife, spoolFolder, turn } from './harness/spool-files/spool-life.ts';
import { SpoolWitness } from './harness/spool-files/spool-witness.ts';

const frames = 100;
const limits = { spoolSegmentBytes: 1_000_000 };
/** In the short form, of these offsets one bit each, and all bits of the first ones: header and first frame's head. */
const stride = 37;
const closelyThrough = 28;

/** A disk that gives back other bytes than it took: one bit of a segment, wherever it is. */
export const fault: Fault = {
  id: 'F4',
  injects: 'a flipped bit at every offset of a 100-frame segment, header included',
  expects: 'start-up succeeds; at most one frame is lost, and counted; nothing corrupt is handed out',
  async run({ short, seed, say }) {
    const random = seededRandom(seed);
    const witness = new SpoolWitness();
    const images = await segmentOf(random, witness);
    const { path, length } = images[0]!;
    const violations: string[] = [];
    const worst = { missing: 0 };
    let tries = 0;
    for (let offset = 0; offset < length; offset++) {
      if (short && offset >= closelyThrough && offset % stride !== 0) continue;
      const isOneBit = short && offset >= closelyThrough;
      for (const bit of isOneBit ? [Math.floor(random() * 8)] : [0, 1, 2, 3, 4, 5, 6, 7]) {
        // As the newest segment, of which the end is asked at the start, and as one before.
        const image = images[tries++ % images.length]!.image.clone();
        const bytes = Buffer.from(image.bytes(path));
        bytes[offset]! ^= 1 << bit;
        image.overwrite(path, bytes);
        const fork = witness.fork();
        let told = 0;
        const spoolDamaged = ({ stretches }: { readonly stretches: number }) => {
          told += stretches;
        };
        const found = await lastLife(image, {
          random,
          witness: fork,
          names: { last: 1_000 },
          limits,
          telemetry: { spoolDamaged },
        });
        const missing = fork.missing().length;
        worst.missing = Math.max(worst.missing, missing);
        if (missing > 1) found.push(`${missing} frames are lost`);
        if (missing !== told) found.push(`${missing} frames are lost, and ${told} are told`);
        violations.push(
          ...[...found, ...fork.violations].map((each) => `Bit ${bit} of byte ${offset}: ${each}`),
        );
      }
      if (offset % 2_000 === 1_999) say(`${tries} flips, ${violations.length} violations`);
    }
    return {
      events: null,
      figure: `${worst.missing} frame at most was lost, in ${tries} flips`,
      violations: violations.slice(0, 20),
    };
  },
};

interface Damageable {
  readonly image: DiskImage;
  readonly path: string;
  readonly length: number;
}

/** A disk with one segment, and one where an empty one follows it. */
async function segmentOf(random: () => number, witness: SpoolWitness): Promise<readonly Damageable[]> {
  const disk = new SimulatedDisk();
  const trial = { random, witness, names: { last: 0 }, limits };
  const life = await SpoolLife.begin({ ...trial, files: disk.process() });
  for (let kept = 0; kept < frames; kept += 5) {
    life.accept(5);
    await turn();
  }
  await life.spool.close();
  const folder = `${spoolFolder}/slot-1`;
  const [file] = disk.image.list(folder).filter((name) => name.endsWith('.segment'));
  const path = `${folder}/${file}`;
  const asNewest = disk.image.clone();
  const next = await SpoolLife.begin({ ...trial, files: disk.process() });
  await next.spool.close();
  const { length } = asNewest.bytes(path);
  return [asNewest, disk.image].map((image) => ({ image, path, length }));
}
