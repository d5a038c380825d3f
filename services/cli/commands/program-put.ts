import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate, parseUpdate, updateBytesMax } from '@trackline/proto/core-data-update';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { changeProgram, type WaitOptions } from '../core-data/change-program.ts';
import { inputName, readInput } from '../core-data/read-input.ts';
import { Failure } from '../failure.ts';

/**
 * `program put FILE`: sends one program as its next version. A version in the file says what the change is
 * based on: the newest version (then the next follows), or none yet newer than it (then it is sent as it is).
 * An older one means that somebody changed the program since.
 */
export async function programPut(context: Context, path: string, options: WaitOptions): Promise<Answer> {
  const { program, hasVersion } = readOne(await readInput(path, updateBytesMax), path);
  return changeProgram(context, program.id, options, (newest) => nextVersion(program, hasVersion, newest));
}

function readOne(bytes: Uint8Array, path: string): { program: ProgramVersion; hasVersion: boolean } {
  const value = parsedObject(bytes);
  const hasVersion = value !== null && Object.hasOwn(value, 'version');
  // The schema asks for a version; a file may leave it to us.
  const text = value && !hasVersion ? Buffer.from(JSON.stringify({ ...value, version: 1 })) : bytes;
  const parsed = parseUpdate(text);
  if (!parsed.ok) {
    throw new Failure(
      `${inputName(path)} holds no valid core-data update: ${parsed.reason}: ${parsed.detail}; nothing was sent.`,
    );
  }
  return { program: parsed.program, hasVersion };
}

function parsedObject(bytes: Uint8Array): object | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    // parseUpdate tells what is wrong with it.
    return null;
  }
}

/** The version to send; `newest` itself when it has the same content already. */
export function nextVersion(
  program: ProgramVersion,
  hasVersion: boolean,
  newest: ProgramVersion | null,
): ProgramVersion {
  if (newest === null) return program;
  if (hasVersion && program.version > newest.version) return program;
  if (formatUpdate({ ...program, version: newest.version }) === formatUpdate(newest)) return newest;
  if (hasVersion && program.version < newest.version) {
    throw new Failure(
      `Conflict: the file is based on version ${program.version} of ${program.id}, and the newest is ${newest.version}. ` +
        `Get it with "trackline program get ${program.id} --json", make the change there, and put it again.`,
    );
  }
  return { ...program, version: newest.version + 1 };
}
