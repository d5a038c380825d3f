/** From what is measured to where it is drawn. */
export interface Scale {
  at(value: number): number;
  /** Where lines and labels of the axis stand. */
  readonly ticks: readonly number[];
}

/** In equal steps from `min` to `max`, or a bit beyond: to the next round number. */
export function linear(min: number, max: number, from: number, to: number, about = 5): Scale {
  const step = roundStep((max - min || 1) / about);
  const [low, high] = [Math.floor(min / step) * step, Math.max(Math.ceil(max / step - 1e-9), 1) * step];
  const ticks: number[] = [];
  for (let tick = low; tick <= high + step / 2; tick += step) ticks.push(Number(tick.toPrecision(12)));
  const top = ticks.at(-1)!;
  return { at: (value) => from + ((value - low) / (top - low)) * (to - from), ticks };
}

/** The same with ends that are those of the data: for time, which is not to end in a blank. */
export function exact(min: number, max: number, from: number, to: number, about = 6): Scale {
  const step = roundStep((max - min || 1) / about);
  const ticks: number[] = [];
  for (let tick = Math.ceil(min / step) * step; tick <= max; tick += step)
    ticks.push(Number(tick.toPrecision(12)));
  return { at: (value) => from + ((value - min) / (max - min || 1)) * (to - from), ticks };
}

/** Each decade as wide as the other. What is not above zero stands at the lower end. */
export function logarithmic(min: number, max: number, from: number, to: number): Scale {
  const low = Math.floor(Math.log10(min) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(max) - 1e-9));
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
  const at = (value: number) =>
    from + ((Math.max(low, Math.log10(Math.max(value, 10 ** low))) - low) / (high - low)) * (to - from);
  return { at, ticks: ticks.map((tick) => Number(tick.toPrecision(3))) };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10);
}
