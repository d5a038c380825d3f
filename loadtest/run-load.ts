import { seededRandom } from '../test/helpers/seeded-random.ts';
import { audit, noteStanding } from './audit/audit.ts';
import { ClientBooks } from './audit/client-books.ts';
import type { Finding } from './audit/reckon.ts';
import { arrivals, durationOf, type Phase, steady } from './engine/arrivals.ts';
import { runOpenLoop } from './engine/open-loop.ts';
import { Recorder } from './engine/recorder.ts';
import type { LoadSettings } from './settings.ts';
import { openTarget, type Target } from './target.ts';
import { buildTraffic } from './traffic/traffic.ts';
import { type Sample, watch } from './watch/watcher.ts';

/** What came of a load. */
export interface LoadOutcome {
  readonly settings: LoadSettings;
  readonly beganAt: Date;
  readonly recorder: Recorder;
  readonly samples: readonly Sample[];
  /** How long it lasted; less than was wanted where it was ended before its time. */
  readonly tookMs: number;
  readonly wasCut: boolean;
  /** The comparisons of the audit; null where nothing could be audited. */
  readonly findings: readonly Finding[] | null;
  /** What it was sent to, or why there is no audit. */
  readonly about: string;
  /** CPU profiles of the trackers, as `.cpuprofile` has them. */
  readonly profiles: readonly string[];
}

export interface LoadSurroundings {
  /** Ends the load before its time; what there was so far is audited. */
  readonly signal: AbortSignal;
  /** Tells a person a line. */
  readonly say: (line: string) => void;
  /** Tells a person how far it is: each replaces the one before. */
  readonly progress: (line: string) => void;
  /** Changes the clients' books before they are audited; for the tests, which have to see an audit fail. */
  readonly tamper?: (books: ClientBooks) => void;
}

/** The curves have so many intervals at most. */
const intervalsMax = 300;
const progressEveryMs = 1_000;

/**
 * Runs a load from its target's start to its end, and audits it.
 *
 * @throws Error in words, where it can't be run
 */
export async function runLoad(settings: LoadSettings, surroundings: LoadSurroundings): Promise<LoadOutcome> {
  const { say } = surroundings;
  const target = await openTarget(settings, say);
  let outcome: Omit<LoadOutcome, 'profiles'>;
  try {
    outcome = await loadAndAudit(settings, target, surroundings);
  } finally {
    if (settings.url === null) say('Ending the stack …');
    await target.stop();
  }
  return { ...outcome, profiles: target.profiles() };
}

async function loadAndAudit(
  settings: LoadSettings,
  target: Target,
  { signal, say, progress, tamper }: LoadSurroundings,
): Promise<Omit<LoadOutcome, 'profiles'>> {
  const { scenario, rate, durationMs, warmUpMs, seed } = settings;
  const beganAt = new Date();
  const { stack, about } = target;
  const before = stack && (await noteStanding(stack, beganAt.getTime()));

  const random = seededRandom(seed);
  const traffic = buildTraffic({
    host: new URL(target.urls[0]!).host,
    programIds: target.programIds,
    seed,
    mix: scenario.mix,
    // Orders are new in a stack that has seen other loads of the same seed.
    orderPrefix: `${Math.floor(beganAt.getTime() / 100)
      .toString(36)
      .slice(-5)}-`,
  });
  const books = new ClientBooks(traffic.heardClick);
  const send = (phases: readonly Phase[], recorder: Recorder) =>
    runOpenLoop({
      urls: target.urls,
      arrivals: arrivals(phases, settings.isEven ? null : random),
      calls: traffic.next,
      recorder,
      connectionsMax: settings.connections,
      timeoutMs: settings.timeoutMs,
      signal,
      onAnswer: (call, answer) => books.answered(call, answer),
      onUnanswered: (call) => books.unanswered(call),
    });

  const phases = scenario.phases(rate, durationMs);
  if (warmUpMs > 0) {
    progress('warming up');
    await send(steady(phases[0]!.fromRate, warmUpMs), new Recorder());
  }
  const intervalMs = Math.max(1_000, Math.ceil(durationOf(phases) / intervalsMax / 1_000) * 1_000);
  const recorder = new Recorder(intervalMs);
  target.beginProfile();
  const watcher = watch(stack?.adminUrls ?? [], intervalMs);
  const timers = (scenario.interferences?.(durationMs) ?? []).map(({ atMs, does, label }) =>
    setTimeout(() => {
      say(`${(atMs / 1_000).toFixed(0)} s: ${label}`);
      target.interfere(does);
    }, atMs),
  );
  const fromMs = performance.now();
  const telling = setInterval(
    () => progress(standing(recorder, performance.now() - fromMs)),
    progressEveryMs,
  );
  try {
    await send(phases, recorder);
  } finally {
    clearInterval(telling);
    for (const timer of timers) clearTimeout(timer);
    // Whatever was broken, and when the load was ended: all has to be well for the audit.
    target.interfere('healKinesis');
  }
  const tookMs = performance.now() - fromMs;
  await watcher.stop();
  say(standing(recorder, tookMs));
  tamper?.(books);
  let findings: Finding[] | null = null;
  if (stack !== null && before !== null) {
    say('Auditing: waiting until all is booked, then reading the tables …');
    findings = await audit(stack, before, books, traffic.orderPrefix, progress).catch(inVain);
  }
  const { samples } = watcher;
  return { settings, beganAt, recorder, samples, tookMs, wasCut: signal.aborted, findings, about };
}

/** An audit that can't be made is no reason to keep back what was measured; and it does not hold. */
function inVain({ message }: Error): Finding[] {
  return [{ what: 'the audit', expected: 'can be made', found: message, holds: false }];
}

function standing({ counts, latency }: Recorder, tookMs: number): string {
  const n = (value: number) => value.toLocaleString('en-US');
  const p99 = latency.totalCount === 0 ? 0 : latency.getValueAtPercentile(99) / 1_000;
  const gone = counts.unanswered + counts.unsent;
  return (
    `${(tookMs / 1_000).toFixed(0)} s: ${n(counts.offered)} calls due, ${n(counts.answered)} answered, ` +
    `${n(counts.accepted)} accepted, ${n(gone)} without an answer; p99 ${p99.toFixed(1)} ms`
  );
}
