import type { Clock, Random } from '@trackline/domain/clock';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { EventStream } from './event-stream.ts';
import { putUntilTaken } from './put-until-taken.ts';

export interface SendOptions {
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  /** Gives up when the stream has taken nothing for so long. */
  readonly giveUpAfterMs: number;
  readonly onSent?: (sent: number) => void;
}

/** `null`: the stream has it. Else the stream's code for why it does not. */
export type SendError = string | null;

/**
 * Puts updates onto the core-data stream, as any business system would: one JSON text a record, the program's
 * id as partition key. One outcome for each, in order.
 */
export async function sendUpdates(
  programs: readonly ProgramVersion[],
  { onSent, ...options }: SendOptions,
): Promise<readonly SendError[]> {
  const records = programs.map((program) => ({
    data: Buffer.from(formatUpdate(program)),
    partitionKey: program.id,
  }));
  const outcomes = await putUntilTaken(records, { ...options, onTaken: onSent });
  return outcomes.map((outcome) => (outcome.ok ? null : outcome.code));
}
