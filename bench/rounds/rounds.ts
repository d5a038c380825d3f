import type { Bench } from '../bench.ts';
import { type Contender, type RunningContender, Unfit } from '../contenders/contender.ts';
import { residentBytes } from '../machine/cpu-time.ts';
import { callOnce, differences } from '../traffic/answer.ts';
import { requestsOf } from '../traffic/requests.ts';
import { measureRound, type Round, type RoundCalls, type VoidRound } from './measure.ts';

export interface RoundsOptions {
  readonly rounds: number;
  readonly roundMs: number;
}

/** What was measured of one contender. */
export interface Measured {
  readonly name: string;
  /** A void round is null, so that rounds of the same number were beside one another. */
  readonly rounds: readonly (Round | null)[];
  readonly rssBytes: number;
  readonly heapBytes: number | null;
}

interface Running {
  readonly contender: Contender;
  readonly server: RunningContender;
  readonly calls: RoundCalls;
  readonly rounds: (Round | null)[];
}

/**
 * Measures contenders beside one another: all of them run from the first round to the last, and each round calls one
 * after the other, so that what slows the machine slows all.
 */
export async function measureSideBySide(
  bench: Bench,
  contenders: readonly Contender[],
  options: RoundsOptions,
): Promise<Measured[]> {
  const { say } = bench;
  const running = await startAll(contenders, say);
  try {
    for (const each of running) {
      say(`${each.contender.name}: warming up`);
      sayDifferences(running, each, say);
      await measureRound(
        bench.client,
        each.server,
        each.calls,
        each.contender.warmUpRounds * options.roundMs,
      );
    }
    for (let round = 1; round <= options.rounds; round++) {
      // Back and forth, so that none always comes behind the same one.
      for (const { contender, server, calls, rounds } of round % 2 ? running : running.toReversed()) {
        const measured = await measureRound(bench.client, server, calls, options.roundMs);
        rounds.push('void' in measured ? null : measured);
        say(`round ${round}/${options.rounds}  ${contender.name}: ${told(measured)}`);
      }
    }
    const measured: Measured[] = [];
    for (const { contender, server, rounds } of running) {
      const rssBytes = residentBytes(server.pid);
      measured.push({ name: contender.name, rounds, rssBytes, heapBytes: await server.heapBytes() });
    }
    return measured;
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
  }
}

/** All at once; where one can't be started, those that were are stopped again. */
async function startAll(contenders: readonly Contender[], say: Bench['say']): Promise<Running[]> {
  const started = await Promise.allSettled(contenders.map((contender) => startUnlessUnfit(contender, say)));
  const running = started.flatMap((each) => (each.status === 'fulfilled' && each.value ? [each.value] : []));
  const failed = started.find((each) => each.status === 'rejected');
  if (failed === undefined) return running;
  await Promise.all(running.map(({ server }) => server.stop()));
  throw failed.reason;
}

async function startUnlessUnfit(contender: Contender, say: Bench['say']): Promise<Running | null> {
  try {
    const server = await contender.start();
    const requests = requestsOf(contender.scenario, contender.connections);
    const calls = { requests, answer: await callOnce(server.url, requests[0]!) };
    return { contender, server, calls, rounds: [] };
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    say(`${contender.name} is left out: ${error.message}`);
    return null;
  }
}

/** Tells where one answers otherwise than the first under the same kind of call. */
function sayDifferences(running: readonly Running[], one: Running, say: Bench['say']): void {
  const first = running.find(({ contender }) => contender.scenario === one.contender.scenario)!;
  for (const difference of differences(first.calls.answer, one.calls.answer)) {
    say(`${one.contender.name} answers otherwise than ${first.contender.name}: ${difference}`);
  }
}

function told(round: Round | VoidRound): string {
  if ('void' in round) return `void: ${round.void}`;
  const busy = Math.round(round.busy * 100);
  return `${round.cpuUs.toFixed(2)} µs of CPU a call, ${Math.round(round.rps)} calls/s, core ${busy} % busy`;
}
