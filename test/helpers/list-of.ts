/** All that an async iterable gives. (Array.fromAsync is not there on Node 20.) */
export async function listOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}
