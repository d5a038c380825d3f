import type { Program } from '@trackline/domain/program';

/** By program version: a program is frozen, and the cache hands the same value to every call. */
const serialised = new WeakMap<Program, string>();

/**
 * Where a click on the program goes: its landing URL as the URL Standard writes it, which is ASCII without
 * line breaks and so fit for a header.
 */
export function landingOf(program: Program): string {
  let href = serialised.get(program);
  if (href === undefined) {
    href = new URL(program.landingUrl).href;
    serialised.set(program, href);
  }
  return href;
}
