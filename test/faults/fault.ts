/**
 * One fault: a program that injects it into real parts, keeps its own account of what clients were told, outside of
 * what it breaks, ends with a phase without faults, and then compares that account with the event store, item by
 * item, and with the ledger.
 */
export interface Fault {
  /** As in the table: `F8`. */
  readonly id: string;
  /** What is done to the system, in a few words. */
  readonly injects: string;
  /** What must hold all the same. */
  readonly expects: string;
  /** Why it can't run here, and what to install; null or left out where it can. */
  readonly missing?: string | null;
  run(surroundings: FaultSurroundings): Promise<FaultResult>;
}

export interface FaultSurroundings {
  /** The form that every change is checked with: the same fault, fewer or for a shorter time. */
  readonly short: boolean;
  /** Decides all chance of the program. */
  readonly seed: number;
  /** Progress of long work, for a person. */
  say(line: string): void;
}

export interface FaultResult {
  /** What clients were told is accepted, and what became of that; null where the fault is not about events. */
  readonly events: EventCounts | null;
  /** The fault's own figures, in words with units: `caught up in 41 s, 1,200,000 events deep`. */
  readonly figure: string;
  /** What did not hold, each in a sentence; none where all did. */
  readonly violations: readonly string[];
}

export interface EventCounts {
  readonly accepted: number;
  readonly persisted: number;
  /** Accepted, and not in the event store. */
  readonly missing: number;
  /** Items of the event store beyond one for each accepted event. */
  readonly duplicates: number;
}
