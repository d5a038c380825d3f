import { readNamedFile } from '@trackline/adapters/environment/named-file';

/**
 * The exclude file of the IAB/ABC International Spiders & Bots List, which its subscribers have: robots by a part of
 * their user agent, for the single-pass method. A line is
 *
 *     pattern|active|exceptions|two-pass flag|impact|start-of-string|date
 *
 * or a comment behind `#`. A robot is who has an active pattern in their user agent, at its start where the flag says
 * so, and none of the pattern's exceptions; case does not matter. The two-pass flag is for those who look for valid
 * browsers first, impact and date are for people.
 */
export interface IabList {
  has(userAgent: string): boolean;
}

export interface ReadIabList {
  /** Null where anything of it can't be used. */
  readonly list: IabList | null;
  /** Each with its line; none when all is well. */
  readonly problems: readonly string[];
}

/** The list has some 40 KB. */
export const iabListBytesMax = 1024 * 1024;
const entriesMax = 10_000;
const problemsMax = 10;
/** Patterns are told apart by so many characters before they are looked at. */
const headChars = 3;

interface Entry {
  readonly pattern: string;
  readonly exceptions: readonly string[];
  readonly isAtStart: boolean;
}

/** Loads the list, once, at the start. Never throws. */
export function loadIabList(file: string): ReadIabList {
  const read = readNamedFile(file, iabListBytesMax);
  return read.ok ? readIabList(read.text) : { list: null, problems: [read.problem] };
}

export function readIabList(text: string): ReadIabList {
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [pattern = '', active = '', exceptions = '', , , atStart = ''] = line
      .split('|')
      .map((field) => field.trim().toLowerCase());
    if (pattern === '') problems.push(`line ${index + 1} has no pattern`);
    else if (!/^[01]$/.test(active)) problems.push(`line ${index + 1}: "active" must be 0 or 1`);
    else if (!/^[01]?$/.test(atStart)) problems.push(`line ${index + 1}: "start-of-string" must be 0 or 1`);
    else if (active === '1') {
      entries.push({
        pattern,
        exceptions: exceptions
          .split(',')
          .map((exception) => exception.trim())
          .filter(Boolean),
        isAtStart: atStart === '1',
      });
    }
    if (problems.length >= problemsMax) break;
  }
  if (entries.length > entriesMax) problems.push(`it has more than ${entriesMax} active patterns`);
  if (problems.length > 0) return { list: null, problems };
  return { list: listOf(entries), problems };
}

/**
 * Looks for all patterns at once, by how they begin: 512 characters and 1,500 patterns take 15 µs, where one search
 * after the other takes up to a millisecond (Node 20).
 */
function listOf(entries: readonly Entry[]): IabList {
  const byHead = new Map<string, Entry[]>();
  const short: Entry[] = [];
  for (const entry of entries) {
    const head = entry.pattern.slice(0, headChars);
    const alike = head.length < headChars ? short : byHead.get(head);
    if (alike === undefined) byHead.set(head, [entry]);
    else alike.push(entry);
  }
  return {
    has(userAgent) {
      const text = userAgent.toLowerCase();
      const fits = ({ pattern, exceptions, isAtStart }: Entry, at: number) =>
        (!isAtStart || at === 0) &&
        text.startsWith(pattern, at) &&
        !exceptions.some((exception) => text.includes(exception));
      for (let at = 0; at < text.length; at += 1) {
        const likely = byHead.get(text.slice(at, at + headChars));
        if (likely?.some((entry) => fits(entry, at)) || short.some((entry) => fits(entry, at))) return true;
      }
      return false;
    },
  };
}
