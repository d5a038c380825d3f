import { limits } from '@trackline/tracker/limits';
import { seededRandom } from '../helpers/seeded-random.ts';
import type { Fault } from './fault.ts';
import { percentile } from './harness/percentile.ts';
import { SimulatedDisk } from './harness/spool-files/simulated-disk.ts';
import { SpoolLife } from './harness/spool-files/spool-life.ts';
import { SpoolWitness } from './harness/spool-files/spool-witness.ts';

const syncMs = 20;
/** Events a millisecond. */
const rates = [1, 5, 25];
const phaseMs = { short: 400, long: 10_000 };

interface Phase {
  readonly rate: number;
  readonly groups: readonly number[];
  readonly waitsMs: readonly number[];
}

/** A disk whose every fdatasync takes 20 ms, on a clock that is turned by hand, so that its figures are exact. */
export const fault: Fault = {
  id: 'F6',
  injects: `fdatasync takes ${syncMs} ms`,
  expects: 'groups grow with the load, nobody is refused, nobody waits for more than three syncs',
  async run({ short, seed, say }) {
    const witness = new SpoolWitness();
    const disk = new SimulatedDisk();
    let groups: number[] = [];
    const life = await SpoolLife.begin({
      random: seededRandom(seed),
      witness,
      names: { last: 0 },
      files: disk.process(),
      limits,
      bytesMax: 2 ** 30,
      telemetry: { groupKept: ({ events }) => void groups.push(events) },
    });
    const { clock } = life;
    disk.interfere = ({ kind }) =>
      kind === 'sync' ? { until: new Promise((resolve) => clock.after(syncMs, resolve)) } : undefined;

    const phases: Phase[] = [];
    for (const rate of rates) {
      const waitsMs: number[] = [];
      groups = [];
      life.onAnswer = (waitedMs) => void waitsMs.push(waitedMs);
      for (let ms = 0; ms < phaseMs[short ? 'short' : 'long']; ms++) {
        life.accept(rate);
        await clock.advance(1);
        while (life.take()) life.release();
      }
      await clock.advance(3 * syncMs);
      phases.push({ rate, groups, waitsMs });
      say(`At ${rate} events a ms: ${figureOf(phases.at(-1)!)}`);
    }
    disk.interfere = () => undefined;
    const isDone = await life.sendAll();
    await life.spool.close();
    return {
      events: witness.counts(),
      figure: phases.map((phase) => `${phase.rate * 1_000}/s: ${figureOf(phase)}`).join('; '),
      violations: [
        ...(isDone ? [] : ['Not everything could be sent']),
        ...witness.verdict(),
        ...judged(phases, life),
      ],
    };
  },
};

function judged(phases: readonly Phase[], { answers }: SpoolLife): string[] {
  const found: string[] = [];
  const { full, failed, unconfirmed } = answers;
  if (full + failed + unconfirmed > 0) found.push(`${full} were told full, ${failed} failed`);
  for (const { rate, groups, waitsMs } of phases) {
    const mean = waitsMs.length / groups.length;
    // All that came while one group was synced is the next.
    if (mean < (rate * syncMs) / 2) found.push(`At ${rate} a ms, a group holds only ${mean} events`);
    const longest = percentile(waitsMs, 1);
    // That of the group under way, one for a new segment, and its own.
    if (longest > 3 * syncMs + 1) found.push(`At ${rate} a ms, one waited for ${longest} ms`);
  }
  return found;
}

function figureOf({ groups, waitsMs }: Phase): string {
  const mean = (waitsMs.length / groups.length).toFixed(0);
  return `p99 ${percentile(waitsMs, 0.99).toFixed(0)} ms, ${mean} events a group`;
}
