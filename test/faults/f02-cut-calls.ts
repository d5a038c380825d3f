import { seededRandom } from '../helpers/seeded-random.ts';
import type { Fault } from './fault.ts';
import { type DiskCall, DiskImage } from './harness/spool-files/disk-image.ts';
import { lastLife } from './harness/spool-files/last-life.ts';
import { SimulatedDisk } from './harness/spool-files/simulated-disk.ts';
import { SpoolLife, type Trial, turn } from './harness/spool-files/spool-life.ts';
import { SpoolWitness } from './harness/spool-files/spool-witness.ts';

/** How many bytes there are between the places at which a write is cut; its first and its last bytes always are. */
const strides = { short: 149, long: 1 };
const edgeBytes = 6;

/** A change of the disk, with what was known in the moment before. */
interface Step {
  readonly call: DiskCall;
  readonly witness: SpoolWitness;
}

/** A spool that ends after any of its calls, or anywhere within a write, and starts again on what was done by then. */
export const fault: Fault = {
  id: 'F2',
  injects: 'every prefix of the spool’s recorded system calls, torn writes included',
  expects: 'start-up succeeds; at most the unacknowledged group is missing; no sequence names two events',
  async run({ short, seed, say }) {
    const { steps, end } = await record(seed);
    say(`${steps.length} calls of ${end.accepted} accepted events are cut.`);
    const stride = short ? strides.short : strides.long;
    const violations = new Set<string>();
    const image = new DiskImage();
    let cuts = 0;
    for (const [index, { call, witness }] of [...steps, { call: null, witness: end }].entries()) {
      const done = call === null ? 'all calls' : `${index} calls, and of ${call.kind} ${call.path}`;
      for (const bytes of call?.kind === 'append' ? placesIn(call.bytes.length, stride) : [0]) {
        const cut = image.clone();
        if (call?.kind === 'append' && bytes > 0) {
          cut.apply({ ...call, bytes: call.bytes.subarray(0, bytes) });
        }
        const trial = { random: seededRandom(seed + cuts), witness: witness.fork(), names: { last: 1_000 } };
        const found = [
          ...(await lastLife(cut, trial)),
          ...trial.witness.verdict(),
          ...trial.witness.overstated(),
        ];
        for (const each of found) violations.add(`After ${done} ${bytes} bytes: ${each}`);
        cuts++;
      }
      if (call !== null) image.apply(call);
      if (index % 50 === 49) say(`${cuts} cuts, ${violations.size} violations`);
    }
    return {
      events: end.counts(),
      figure: `${cuts} cuts of ${steps.length} calls`,
      violations: [...violations].slice(0, 20),
    };
  },
};

function placesIn(length: number, stride: number): number[] {
  return Array.from({ length }, (_, i) => i).filter(
    (place) => place % stride === 0 || place < edgeBytes || place >= length - edgeBytes,
  );
}

/** Two spools, with everything that happens to them: groups, rolls, a backlog, ends of both kinds, an adoption. */
async function record(seed: number): Promise<{ steps: readonly Step[]; end: SpoolWitness }> {
  const witness = new SpoolWitness();
  const trial: Trial = { random: seededRandom(seed), witness, names: { last: 0 } };
  const disk = new SimulatedDisk();
  const steps: Step[] = [];
  disk.onChanged = (call) => steps.push({ call, witness: witness.fork() });

  const [first, second] = [disk.process(), disk.process()];
  const one = await SpoolLife.begin({ ...trial, files: first });
  const two = await SpoolLife.begin({ ...trial, files: second });
  await work(one, trial);
  await work(two, trial);
  second.kill();
  await work(one, trial);
  await one.spool.close();

  // The next one adopts what the killed one left.
  const third = disk.process();
  const adopter = await SpoolLife.begin({ ...trial, files: third });
  await work(adopter, trial);
  await adopter.sendAll();
  await work(adopter, trial);
  await adopter.sendAll();
  await adopter.clock.advance(20_000);
  third.kill();

  const last = await SpoolLife.begin({ ...trial, files: disk.process() });
  await last.sendAll();
  await last.spool.close();
  return { steps, end: witness };
}

async function work(life: SpoolLife, { random }: Trial): Promise<void> {
  for (let group = 0; group < 6; group++) {
    life.accept(1 + random() * 6, random() < 0.2 ? 'memory' : 'disk');
    await turn();
    life.state();
    // It takes more slowly than it is given, so that a backlog grows.
    life.take(3);
    if (random() < 0.7) life.release();
    await turn();
  }
}
