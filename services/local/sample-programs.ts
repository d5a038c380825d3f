import { readFileSync } from 'node:fs';
import { type SendOptions, sendUpdates } from '@trackline/adapters/event-stream/send-updates';
import type { ProgramTableReader } from '@trackline/adapters/program-table/program-table';
import type { ProgramVersion } from '@trackline/domain/program';
import { parseUpdate } from '@trackline/proto/core-data-update';
import { Refusal } from './refusal.ts';

const giveUpAfterMs = 10_000;

/**
 * Reads sample programs: a JSON array of core-data updates.
 *
 * @throws Refusal where the file can't be read, or holds something else
 */
export function readSamples(file: string): ProgramVersion[] {
  let updates: unknown;
  try {
    updates = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Refusal(`The sample programs of ${file} can't be read: ${(error as Error).message}`);
  }
  if (!Array.isArray(updates)) throw new Refusal(`${file} holds no JSON array of core-data updates.`);
  return updates.map((update, index) => {
    const parsed = parseUpdate(Buffer.from(JSON.stringify(update)));
    if (!parsed.ok) throw new Refusal(`${file}, entry ${index + 1}: ${parsed.detail}`);
    return parsed.program;
  });
}

/**
 * Imports the sample programs the first time, when there is no program yet, the way any business system
 * would: onto the core-data stream.
 *
 * @returns the ids that were sent
 * @throws Refusal where the stream did not take them
 */
export async function importSamples(
  programs: readonly ProgramVersion[],
  table: ProgramTableReader,
  way: Pick<SendOptions, 'stream' | 'clock' | 'random'>,
): Promise<string[]> {
  for await (const _ of table.all()) return [];
  const errors = await sendUpdates(programs, { ...way, giveUpAfterMs });
  const failed = errors.find((error) => error !== null);
  if (failed) throw new Refusal(`The core-data stream did not take the sample programs: ${failed}`);
  return programs.map(({ id }) => id);
}
