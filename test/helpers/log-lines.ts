import { type Logger, pino } from 'pino';

/** A logger whose lines a test can read. */
export class LogLines {
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  readonly log: Logger = pino({ base: null }, { write: (line: string) => this.lines.push(JSON.parse(line)) });

  /** What was said of one named event. */
  of(event: string): Readonly<Record<string, unknown>>[] {
    return this.lines.filter((line) => line.event === event);
  }
}
