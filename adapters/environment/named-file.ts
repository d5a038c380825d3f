import { readFileSync, statSync } from 'node:fs';

export type NamedFile =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a file that a person has named, whole, as UTF-8. It is looked at before it is read: by mistake, it may be
 * anything. Never throws; a problem names the file.
 */
export function readNamedFile(file: string, bytesMax: number): NamedFile {
  try {
    const stat = statSync(file);
    if (!stat.isFile()) return { ok: false, problem: `${file} is no file` };
    if (stat.size > bytesMax) return { ok: false, problem: `${file} is larger than ${bytesMax} bytes` };
    return { ok: true, text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { ok: false, problem: `${file} can't be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
