import { UnreadableItem } from '@trackline/adapters/dynamodb/unreadable-item';
import type { DeadLettersWriter } from '@trackline/adapters/event-store/dead-letters';
import type { SourcePart, SourceRecord } from '@trackline/adapters/kinesis-records/kinesis-records';
import type { ProgramStoreWriter } from '@trackline/adapters/program-store/program-store';
import type { ProgramTableReader, ProgramTableWriter } from '@trackline/adapters/program-table/program-table';
import type { Clock } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import type { Reason } from '@trackline/domain/verdict';
import { parseUpdate } from '@trackline/proto/core-data-update';
import type { UpdateFigure, UpdaterTelemetry } from './telemetry.ts';

export interface UpdaterParts {
  readonly table: ProgramTableWriter & ProgramTableReader;
  readonly store: ProgramStoreWriter;
  readonly deadLetters: DeadLettersWriter;
  readonly telemetry: UpdaterTelemetry;
  readonly clock: Clock;
}

/** Which figure an update counts in. */
type Outcome = 'applied' | 'older' | 'same' | 'conflicts' | 'deadLettered';

/**
 * Takes one batch of updates, one after the other: the table first, which is the truth, then the store, which
 * announces.
 *
 * A record that fails does not hold up the rest. Lambda brings all from the lowest failed one on again, in
 * order; what was taken early by then is harmless, since the version decides and not the order: the failed
 * update is then the older one, and dropped, or still the newer one, and wins. What the deadline leaves
 * untried has failed, too.
 *
 * @param deadlineMs monotonic
 * @returns the sequence numbers of the records that must come again. Never rejects.
 */
export async function update(
  parts: UpdaterParts,
  records: readonly SourceRecord[],
  deadlineMs: number,
): Promise<readonly string[]> {
  const { telemetry, clock } = parts;
  const fromMs = clock.monotonicMs();
  const failed: string[] = [];
  const figures = { updates: 0, applied: 0, older: 0, same: 0, conflicts: 0, deadLettered: 0 };
  const count = (figure: UpdateFigure) => figures[figure]++;
  for (const { sequenceNumber, parts: updates } of records) {
    try {
      if (clock.monotonicMs() >= deadlineMs) throw new Error('The time was up before it was tried.');
      for (const each of updates) {
        count('updates');
        count(await take(parts, each, deadlineMs));
      }
    } catch (err) {
      failed.push(sequenceNumber);
      telemetry.updateFailed({ sequenceNumber, err });
    }
  }
  const milliseconds = Math.round(clock.monotonicMs() - fromMs);
  telemetry.batchUpdated({ records: records.length, ...figures, failedRecords: failed.length, milliseconds });
  return failed;
}

async function take(parts: UpdaterParts, part: SourcePart, deadlineMs: number): Promise<Outcome> {
  const { table, store, telemetry, clock } = parts;
  const parsed = parseUpdate(part.bytes);
  if (!parsed.ok) return bury(parts, part, parsed.reason, parsed.detail, deadlineMs);
  const { program } = parsed;

  const inTable = await table.put(program, clock.wallMs(), deadlineMs).catch(orUnreadable);
  if (inTable instanceof UnreadableItem) {
    return bury(parts, part, 'program_unreadable', inTable.message, deadlineMs);
  }
  if (inTable === 'older') return 'older';
  if (inTable === 'conflict') {
    telemetry.versionConflict({ in: 'table', programId: program.id, version: program.version });
    await bury(parts, part, 'update_conflict', conflictOf(program), deadlineMs);
    return 'conflicts';
  }
  // Also what the table had already: the store may have failed the last time.
  const inStore = await store.apply(program);
  if (inStore !== 'conflict') return inStore;
  // The table, which is the truth, took it; the store holds something else. That is for a person, and no
  // fault of the update's.
  telemetry.versionConflict({ in: 'store', programId: program.id, version: program.version });
  return 'conflicts';
}

/** No retry mends it, and the updates behind do not need that row. */
function orUnreadable(error: unknown): UnreadableItem {
  if (error instanceof UnreadableItem) return error;
  throw error;
}

async function bury(
  { deadLetters, telemetry, clock }: UpdaterParts,
  { bytes, origin }: SourcePart,
  reason: Reason,
  detail: string,
  deadlineMs: number,
): Promise<'deadLettered'> {
  // Half of the time at most: the updates behind it do not need that table.
  const nowMs = clock.monotonicMs();
  const untilMs = nowMs + (deadlineMs - nowMs) / 2;
  const [outcome] = await deadLetters.put([{ reason, detail, bytes, origin }], untilMs);
  if (!outcome?.ok) throw new Error(`The dead letter was not kept: ${outcome?.code}: ${outcome?.detail}`);
  telemetry.deadLettered({ reason, detail });
  return 'deadLettered';
}

function conflictOf({ id, version }: ProgramVersion): string {
  return `Version ${version} of ${id} exists already, with another content.`;
}
