/** One call, to be made any number of times. */
export type MakeCall = () => Promise<unknown>;

const roundMsMin = 3;
const roundCallsMax = 40;
const rounds = 5;
/** What really takes too long takes it each time; a garbage collection, or a neighbour's, does not. */
const triesMax = 6;

/**
 * How many times the CPU time of `benign` a call of `hostile` takes. Both are made in turns, so that a busy machine is
 * as busy for one as for the other, and the median of some rounds counts.
 *
 * @param enough as soon as the ratio is measured below it, nothing is measured again; beyond, up to `triesMax` times
 */
export async function costRatio(hostile: MakeCall, benign: MakeCall, enough: number): Promise<number> {
  // The first calls are slower: what they run is not compiled yet.
  for (let i = 0; i < 3; i++) await benign();
  await hostile();
  let ratio = Number.POSITIVE_INFINITY;
  for (let tried = 0; tried < triesMax && ratio >= enough; tried++) {
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const [a, b] = [await cpuMsOf(benign), await cpuMsOf(hostile)];
      ratios.push(b / a);
    }
    ratio = Math.min(ratio, ratios.toSorted((x, y) => x - y)[Math.floor(rounds / 2)]!);
  }
  return ratio;
}

/** The CPU time of one call of this process, all of its threads, in ms. */
async function cpuMsOf(call: MakeCall): Promise<number> {
  const from = process.cpuUsage();
  for (let calls = 1; ; calls++) {
    await call();
    const { user, system } = process.cpuUsage(from);
    const ms = (user + system) / 1000;
    if (ms >= roundMsMin || calls >= roundCallsMax) return ms / calls;
  }
}
