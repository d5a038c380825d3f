import type { DeadLetters } from '@trackline/adapters/event-store/dead-letters';
import type { SourcePart, SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { ProgramStoreWriter } from '@trackline/adapters/program-store/program-store';
import type { ProgramTable } from '@trackline/adapters/program-table/program-table';
import type { Clock } from '@trackline/domain/clock';
import type { Reason } from '@trackline/domain/verdict';
import { parseUpdate } from '@trackline/proto/core-data-update';
import type { UpdateFigure, UpdaterTelemetry } from './telemetry.ts';

export interface UpdaterParts {
  readonly table: ProgramTable;
  readonly store: ProgramStoreWriter;
  readonly deadLetters: DeadLetters;
  readonly telemetry: UpdaterTelemetry;
  readonly clock: Clock;
}

type PartOutcome = 'applied' | 'older' | 'same' | 'deadLettered';

/**
 * Takes one batch of updates, in order: the table first, which is the truth, then the store, which announces. An update that the table had already still goes to the store, since
 * the store may have failed the last time. A failed record does not hold up the others: the version decides, not the order, so that what is taken early does no harm.
 *
 * @returns the sequence numbers of the records that must come again. Never rejects.
 */
export async function update(parts: UpdaterParts, records: readonly SourceRecord[]): Promise<string[]> {
  const failed: string[] = [];
  const figures: Record<UpdateFigure, number> = {
    updates: 0,
    applied: 0,
    older: 0,
    same: 0,
    deadLettered: 0,
    failedRecords: 0,
  };
  for (const record of records) {
    try {
      for (const part of record.parts) {
        figures.updates++;
        figures[await take(parts, part)]++;
      }
    } catch (err) {
      failed.push(record.sequenceNumber);
      figures.failedRecords++;
      parts.telemetry.updateFailed({ err });
    }
  }
  parts.telemetry.batchUpdated(figures);
  return failed;
}

async function take(parts: UpdaterParts, part: SourcePart): Promise<PartOutcome> {
  const parsed = parseUpdate(part.bytes);
  if (!parsed.ok) return bury(parts, part, parsed.reason, parsed.detail);
  const { program } = parsed;
  const conflict = () =>
    bury(
      parts,
      part,
      'update_conflict',
      `Version ${program.version} of ${program.id} has another content already.`,
    );
  const inTable = await parts.table.put(program, parts.clock.wallMs());
  if (inTable === 'older') return 'older';
  if (inTable === 'conflict') return conflict();
  const inStore = await parts.store.apply(program);
  return inStore === 'conflict' ? conflict() : inStore;
}

async function bury(
  parts: UpdaterParts,
  part: SourcePart,
  reason: Reason,
  detail: string,
): Promise<'deadLettered'> {
  await parts.deadLetters.put({ reason, detail, bytes: part.bytes, origin: part.origin });
  parts.telemetry.deadLettered({ reason, detail });
  return 'deadLettered';
}
