/** What a command answers. It prints nothing itself: main does, as the caller asked for it. */
export interface Answer {
  /** The document of `--json`; its shape is public, and described in docs/guides/cli.md. */
  readonly json: unknown;
  /**
   * The same for people; only asked for when it is shown. `columns` are the terminal's, Infinity where there
   * is none.
   */
  text(columns: number): string;
  /** What was found that should not be so: goes to stderr, and the exit code is 1. */
  readonly finding?: string | undefined;
}
