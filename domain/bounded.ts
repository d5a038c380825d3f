/**
 * Maps with at most `max` calls of `task` under way; results in the order of the items. The first rejection
 * rejects.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  max: number,
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await task(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(max, items.length) }, worker));
  return results;
}
