/** For where there is no condition to await (`until`): a client's pace, or how long a fault lasts. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
