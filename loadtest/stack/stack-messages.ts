import type { StackFile } from '@trackline/local/stack-file';

/** What the stack's process is told when it starts, as JSON in its first argument. */
export interface StackOrder {
  /** The folder of its state. */
  readonly state: string;
  /** A file of core-data updates. */
  readonly programs: string;
  readonly trackers: number;
  /** Where trackers leave their CPU profiles; null: they make none. */
  readonly profiles: string | null;
}

/** What it is told later. cut: the trackers can't reach Kinesis any more. stop: drains, and ends. */
export type StackCommand = 'cut' | 'heal' | 'stop';

/** What it says. */
export type StackWord =
  | { readonly kind: 'ready'; readonly file: StackFile; readonly parts: readonly string[] }
  | { readonly kind: 'says'; readonly line: string }
  | { readonly kind: 'failed'; readonly message: string };
