/** One embedded part, ready for use. */
export interface Part {
  /** What it is, for a person: `redis-server 7.0.15`. */
  readonly label: string;
  readonly url: string;
  /** What a person should know of it, if anything. */
  readonly note?: string;
  stop(): Promise<void>;
}
