import { otherMark } from '../against/compare.ts';
import type { Bench } from '../bench.ts';
import type { Build } from '../build/builds.ts';
import type { Answer } from '../traffic/answer.ts';
import { callOnce } from '../traffic/answer.ts';
import { requestsOf, type Scenario } from '../traffic/requests.ts';
import type { Contender } from './contender.ts';
import { nginxContender } from './nginx.ts';
import { plainContender } from './plain.ts';
import { startTracker, type TrackerKind, trackerContender } from './tracker.ts';

/** Which trackers are measured, under which kind of call. `stream` only where a call may come again. */
export const trackerKinds: Readonly<Record<Scenario, readonly TrackerKind[]>> = {
  pixel: ['memory', 'disk', 'memory2'],
  click: ['memory'],
  transaction: ['disk', 'stream'],
};

const plainKinds = { pixel: ['bare', 'fastify'], click: ['fastify'], transaction: ['fastify'] } as const;

/** Every contender's name. */
export const contenderNames: readonly string[] = Object.entries(trackerKinds).flatMap(([scenario, kinds]) =>
  [...plainKinds[scenario as Scenario], ...(scenario === 'pixel' ? ['nginx'] : []), ...kinds].map(
    (kind) => `${scenario}.${kind}`,
  ),
);

/** Those that are trackers. */
export const trackerNames: readonly string[] = Object.entries(trackerKinds).flatMap(([scenario, kinds]) =>
  kinds.map((kind) => `${scenario}.${kind}`),
);

export interface Builds {
  readonly build: Build;
  /** What it is compared with, if anything. */
  readonly other: Build | null;
}

/**
 * The contenders of some kinds of calls.
 *
 * @param isWanted by name; those that trackers are compared with are always there, unless that is another build
 */
export async function contendersOf(
  bench: Bench,
  scenarios: readonly Scenario[],
  builds: Builds,
  isWanted: (name: string) => boolean,
): Promise<Contender[]> {
  if (scenarios.length === 0) return [];
  const answers = await answersOfTracker(bench, scenarios, builds.build);
  return scenarios.flatMap((scenario) => [
    ...(builds.other === null ? besides(bench, scenario, answers.get(scenario)!, isWanted) : []),
    ...trackerKinds[scenario]
      .filter((kind) => isWanted(`${scenario}.${kind}`))
      .flatMap((kind) => trackers(bench, scenario, kind, builds)),
  ]);
}

/** What trackers are beside. */
function besides(
  bench: Bench,
  scenario: Scenario,
  answer: Answer,
  isWanted: (name: string) => boolean,
): Contender[] {
  const plain = plainKinds[scenario].map((kind) => plainContender(bench, { kind, scenario, answer }));
  return scenario === 'pixel' && isWanted('pixel.nginx') ? [...plain, nginxContender(bench)] : plain;
}

function trackers(
  bench: Bench,
  scenario: Scenario,
  kind: TrackerKind,
  { build, other }: Builds,
): Contender[] {
  const one = ({ bundleFile }: Build, mark: string) =>
    trackerContender(bench, { name: `${scenario}.${kind}${mark}`, scenario, kind, bundleFile });
  return other === null ? [one(build, '')] : [one(build, ''), one(other, `${otherMark}${other.revision}`)];
}

/** What a tracker answers: the bytes that others have to send, too, so that only the work differs. */
async function answersOfTracker(
  bench: Bench,
  scenarios: readonly Scenario[],
  { bundleFile }: Build,
): Promise<Map<Scenario, Answer>> {
  const { contender } = await startTracker(bench, { name: 'asked', kind: 'memory', bundleFile });
  const answers = new Map<Scenario, Answer>();
  try {
    for (const scenario of scenarios) {
      const answer = await callOnce(contender.url, requestsOf(scenario, 1)[0]!);
      const verdict = answer.headers.find(([name]) => name === 'x-tracking-verdict')?.[1];
      if (verdict !== 'accepted') {
        throw new Error(
          `The tracker answered a ${scenario} with ${answer.status} and the verdict ${verdict}.`,
        );
      }
      answers.set(scenario, answer);
    }
    return answers;
  } finally {
    await contender.stop();
  }
}
