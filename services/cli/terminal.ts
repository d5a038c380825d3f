import type { Progress } from './context.ts';
import { visible, visibleJson, visibleLines } from './visible.ts';

/**
 * The only place that writes to the terminal, so that everything written has been made harmless. A reader
 * that had enough (`| head`) is no error: what is written after that goes nowhere.
 */

/** Shows a text, or one JSON document, on stdout. Rejects when it can't be written, as on a full disk. */
export function show(shown: { readonly text: string } | { readonly json: unknown }): Promise<void> {
  const text = 'json' in shown ? visibleJson(shown.json) : visibleLines(shown.text);
  return write(process.stdout, `${text}\n`);
}

/** How wide the terminal is that stdout goes to; Infinity where it goes elsewhere. */
export function columns(): number {
  return process.stdout.isTTY ? process.stdout.columns : Infinity;
}

/** Says one line on stderr. */
export function say(line: string): Promise<void> {
  return write(process.stderr, `${visible(line)}\n`);
}

/** A line on stderr that tells how far a command is, where stderr is a terminal; wiped away at the end. */
export function terminalProgress(): { readonly show: Progress; end(): void } {
  let shown = false;
  const wipe = '\r\u001b[K';
  return {
    show(text) {
      if (!process.stderr.isTTY) return;
      shown = true;
      process.stderr.write(`${wipe}${visible(text)}`);
    },
    end() {
      if (shown) process.stderr.write(wipe);
    },
  };
}

/**
 * Without a listener an error of these streams would end the process; with one, each write's own callback
 * tells it.
 */
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== 'EPIPE') reject(error);
      else resolve();
    });
  });
}
