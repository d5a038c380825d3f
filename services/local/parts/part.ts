/** One embedded part, ready for use. */
export interface Part {
  /** What it is, for a person: `redis-server 7.0.15`. */
  readonly label: string;
  readonly url: string;
  /** What a person should know of it, if anything. */
  readonly note?: string;
  /** Resolves with its exit code when it has ended, asked or not; for a part that is a process of its own. */
  readonly ended?: Promise<number | null>;
  stop(): Promise<void>;
}
