import { buildLog, type Logger } from '@trackline/adapters/log/log';

/** A logger whose lines a test can read. */
export class LogLines {
  /** What was written, byte for byte. */
  raw = '';
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  readonly log: Logger = buildLog({
    base: null,
    to: {
      write: (line: string) => {
        this.raw += line;
        this.lines.push(JSON.parse(line));
      },
    },
  });

  /** What was said of one named event. */
  of(event: string): Readonly<Record<string, unknown>>[] {
    return this.lines.filter((line) => line.event === event);
  }
}
