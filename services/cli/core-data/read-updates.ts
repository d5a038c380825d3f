import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate, parseUpdate } from '@trackline/proto/core-data-update';

/** One entry of a file, and the place that a person finds it at: `line 3` or `entry 3`. */
export interface FileEntry {
  readonly place: string;
  readonly bytes: Uint8Array;
}

export interface PlacedUpdate {
  readonly place: string;
  readonly program: ProgramVersion;
}

export interface ReadUpdates {
  readonly good: readonly PlacedUpdate[];
  /** Each bad entry in one line: its place, and what is wrong. */
  readonly bad: readonly string[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a file of core-data updates: a JSON array, one JSON object, or NDJSON (one object a line, empty lines
 * skipped). Never throws: all that is wrong is in `bad`, two different contents for the same version of a
 * program included.
 */
export function readUpdates(bytes: Uint8Array): ReadUpdates {
  const good: PlacedUpdate[] = [];
  const bad: string[] = [];
  const seen = new Map<string, PlacedUpdate>();
  const entries = splitEntries(bytes);
  if (typeof entries === 'string') return { good, bad: [entries] };
  for (const { place, bytes: entry } of entries) {
    const parsed = parseUpdate(entry);
    if (!parsed.ok) {
      bad.push(`${place}: ${parsed.detail}`);
      continue;
    }
    const { program } = parsed;
    const key = `${program.id}#${program.version}`;
    const twin = seen.get(key);
    if (!twin) {
      const update = { place, program };
      seen.set(key, update);
      good.push(update);
    } else if (formatUpdate(twin.program) !== formatUpdate(program)) {
      bad.push(`${place}: version ${program.version} of ${program.id} has another content at ${twin.place}`);
    }
  }
  return { good, bad };
}

/**
 * The entries of a file, each as the bytes of one JSON text; or, as a text, why it can't be told where they
 * are.
 */
function splitEntries(bytes: Uint8Array): readonly FileEntry[] | string {
  const entries = entriesOfWhole(bytes);
  if (entries) return entries;
  const lines = splitLines(bytes);
  const start = Buffer.from(lines[0]?.bytes ?? []).toString('utf8');
  return start.trimStart().startsWith('[') ? 'It begins as a JSON array, and is not valid JSON.' : lines;
}

/** The entries of a file that is one JSON text; null where it is not one, as with NDJSON. */
function entriesOfWhole(bytes: Uint8Array): FileEntry[] | null {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.map((entry, index) => ({
      place: `entry ${index + 1}`,
      bytes: Buffer.from(JSON.stringify(entry)),
    }));
  } catch {
    // Not JSON, or nested too deeply to be written again: line by line, each line is told why.
    return null;
  }
}

function splitLines(bytes: Uint8Array): FileEntry[] {
  const lines: FileEntry[] = [];
  let from = 0;
  for (let number = 1; from <= bytes.length; number++) {
    const newline = bytes.indexOf(0x0a, from);
    const end = newline === -1 ? bytes.length : newline;
    const line = bytes.subarray(from, end);
    if (line.some((byte) => byte !== 0x20 && byte !== 0x09 && byte !== 0x0d)) {
      lines.push({ place: `line ${number}`, bytes: line });
    }
    from = end + 1;
  }
  return lines;
}
