import type { Random } from '@trackline/domain/clock';

/**
 * Numbers from 0 to count − 1, the k-th as often as 1/(k + 1)^exponent: Zipf's law, by which a few programs
 * have most of the calls, and most programs a few.
 */
export function zipf(count: number, exponent: number, random: Random): () => number {
  const cumulative = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank++) {
    sum += (rank + 1) ** -exponent;
    cumulative[rank] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (cumulative[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}

/** Picks by weight: the index of one of them. */
export function weighted(weights: readonly number[], random: Random): () => number {
  const cumulative: number[] = [];
  for (const weight of weights) cumulative.push((cumulative.at(-1) ?? 0) + weight);
  const sum = cumulative.at(-1) ?? 0;
  return () => {
    const wanted = random() * sum;
    const index = cumulative.findIndex((each) => each > wanted);
    return index === -1 ? weights.length - 1 : index;
  };
}

export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]!;
}
