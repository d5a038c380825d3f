import type { Random } from '@trackline/domain/clock';

/**
 * When calls are to be sent, decided before anything is sent: milliseconds since the beginning, ascending;
 * `Infinity` once there are no more.
 */
export type Arrivals = () => number;

/**
 * A stretch of a run in which the rate goes from one figure to another, in a straight line; calls a second.
 */
export interface Phase {
  readonly durationMs: number;
  readonly fromRate: number;
  readonly toRate: number;
}

/** The same rate all along. */
export function steady(rate: number, durationMs: number): Phase[] {
  return [{ durationMs, fromRate: rate, toRate: rate }];
}

/**
 * Arrivals whose rate follows the phases. With a random they are Poisson's: independent callers, as those of
 * the web are, who come in clusters and leave gaps. Without, they are evenly spaced.
 *
 * A call comes wherever the integral of the rate has grown by one (evenly), or by an exponentially
 * distributed step of mean one: inversion of the cumulative rate, as Çinlar has it for the non-homogeneous
 * Poisson process ("Introduction to Stochastic Processes", 1975).
 */
export function arrivals(phases: readonly Phase[], random: Random | null): Arrivals {
  let index = 0;
  let phaseBeganMs = 0;
  /** What of the current phase's calls is behind us. */
  let position = 0;
  return () => {
    let step = random === null ? 1 : -Math.log(1 - random());
    for (; index < phases.length; index++) {
      const phase = phases[index]!;
      const left = callsOf(phase) - position;
      if (step <= left) {
        position += step;
        return phaseBeganMs + reachedMs(phase, position);
      }
      step -= left;
      position = 0;
      phaseBeganMs += phase.durationMs;
    }
    return Number.POSITIVE_INFINITY;
  };
}

/** How many calls a run has, on average. */
export function callsExpected(phases: readonly Phase[]): number {
  return phases.reduce((sum, phase) => sum + callsOf(phase), 0);
}

export function durationOf(phases: readonly Phase[]): number {
  return phases.reduce((sum, { durationMs }) => sum + durationMs, 0);
}

function callsOf({ durationMs, fromRate, toRate }: Phase): number {
  return ((fromRate + toRate) / 2) * (durationMs / 1_000);
}

/**
 * When, within a phase, so many calls have come: the root of a quadratic, or a quotient where the rate is
 * level.
 */
function reachedMs({ durationMs, fromRate, toRate }: Phase, calls: number): number {
  const seconds = durationMs / 1_000;
  const slope = (toRate - fromRate) / seconds;
  if (calls === 0) return 0;
  // In this form it is exact at a slope of 0, too.
  const root = Math.sqrt(Math.max(0, fromRate * fromRate + 2 * slope * calls));
  return Math.min(durationMs, (1_000 * 2 * calls) / (fromRate + root));
}
