import { pause } from './pause.ts';

/**
 * Waits for a condition instead of for a time: asks again every `everyMs` until `probe` gives something truthy.
 *
 * @throws Error naming `what`, when `timeoutMs` have passed
 */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 20_000,
  everyMs = 5,
): Promise<Exclude<T, false | null | undefined>> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value as Exclude<T, false | null | undefined>;
    if (performance.now() > endMs) throw new Error(`Waited ${timeoutMs} ms in vain: ${what}`);
    await pause(everyMs);
  }
}
