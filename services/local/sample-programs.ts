import { readFile } from 'node:fs/promises';
import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import type { ProgramTable } from '@trackline/adapters/program-table/program-table';
import { parseUpdate } from '@trackline/proto/core-data-update';

/**
 * Imports the sample programs the first time, when there is no program yet, the way any business system would: onto the core-data stream.
 *
 * @returns the ids that were sent
 * @throws Error where the file holds what is no program, or the stream did not take them
 */
export async function importSamples(
  file: string,
  table: ProgramTable,
  stream: EventStream,
): Promise<string[]> {
  for await (const _ of table.all()) return [];
  const updates = JSON.parse(await readFile(file, 'utf8')) as unknown[];
  const records = updates.map((update) => {
    const data = Buffer.from(JSON.stringify(update));
    const parsed = parseUpdate(data);
    if (!parsed.ok) throw new Error(`${file}: ${parsed.detail}`);
    return { data, partitionKey: parsed.program.id };
  });
  if (records.length === 0) return [];
  const outcomes = await stream.put(records);
  const failed = outcomes.find((outcome) => !outcome.ok);
  if (failed) throw new Error(`The core-data stream did not take the sample programs: ${failed.code}`);
  return records.map(({ partitionKey }) => partitionKey);
}
