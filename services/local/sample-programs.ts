import { readFile } from 'node:fs/promises';
import { type SendOptions, sendUpdates } from '@trackline/adapters/event-stream/send-updates';
import type { ProgramTable } from '@trackline/adapters/program-table/program-table';
import type { ProgramVersion } from '@trackline/domain/program';
import { parseUpdate } from '@trackline/proto/core-data-update';

const giveUpAfterMs = 10_000;

/**
 * Imports the sample programs the first time, when there is no program yet, the way any business system
 * would: onto the core-data stream.
 *
 * @returns the ids that were sent
 * @throws Error where the file holds what is no program, or the stream did not take them
 */
export async function importSamples(
  file: string,
  table: ProgramTable,
  way: Pick<SendOptions, 'stream' | 'clock' | 'random'>,
): Promise<string[]> {
  for await (const _ of table.all()) return [];
  const programs = (JSON.parse(await readFile(file, 'utf8')) as unknown[]).map((update): ProgramVersion => {
    const parsed = parseUpdate(Buffer.from(JSON.stringify(update)));
    if (!parsed.ok) throw new Error(`${file}: ${parsed.detail}`);
    return parsed.program;
  });
  const errors = await sendUpdates(programs, { ...way, giveUpAfterMs });
  const failed = errors.find((error) => error !== null);
  if (failed) throw new Error(`The core-data stream did not take the sample programs: ${failed}`);
  return programs.map(({ id }) => id);
}
