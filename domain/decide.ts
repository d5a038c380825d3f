import type { Program } from './program.ts';
import type { CallReason } from './verdict.ts';

/**
 * What the program cache can say of an id. *Unknowable* (not in memory, and the program store can't be asked)
 * is not *unknown* (the store was asked, and has no such program): the first is our trouble, the second the
 * caller's.
 */
export type ProgramLookup =
  | {
      readonly kind: 'known';
      readonly program: Program;
      /** Past its TTL, the store being away. */
      readonly unverified: boolean;
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unknowable' };

/**
 * Whether a call on a program is valid at `nowMs` (wall clock).
 *
 * @param acceptsUnverified whether this call is taken, flagged, when the program can't be known: true for
 *   pixels of impressions and transactions, unless told otherwise; never for a click, which would have no
 *   target.
 * @returns why not, or null when the call is valid
 */
export function decide(lookup: ProgramLookup, nowMs: number, acceptsUnverified: boolean): CallReason | null {
  if (lookup.kind === 'unknown') return 'program_unknown';
  if (lookup.kind === 'unknowable') return acceptsUnverified ? null : 'program_unknowable';
  const { program } = lookup;
  if (program.status === 'paused') return 'program_paused';
  if (program.validFromMs !== null && nowMs < program.validFromMs) return 'program_not_yet_valid';
  if (program.validUntilMs !== null && nowMs >= program.validUntilMs) return 'program_expired';
  return null;
}
