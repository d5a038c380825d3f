import { messageIdMs } from '@trackline/domain/message-id';
import { fnv1a } from '../dynamodb/hash.ts';

/** Shards of one program's hour. Fixed for ever: what is stored is found by it. */
export const eventShards = 8;

const hourMs = 3_600_000;
/** The hour that was asked for last: most events are of the same, and writing it takes 1 µs. */
let last = { startMs: Number.NaN, hour: '' };

/** `YYYYMMDDHH` in UTC. */
export function hourOf(ms: number): string {
  const startMs = ms - (ms % hourMs);
  if (startMs !== last.startMs) {
    last = { startMs, hour: new Date(ms).toISOString().slice(0, 13).replace(/[-T]/g, '') };
  }
  return last.hour;
}

/** Where an event lies: its hour comes from its id, its shard is a hash of it, so that one read finds it. */
export function eventKey(programId: string, messageId: string): { pk: string; sk: string } {
  const shard = fnv1a(messageId) % eventShards;
  return { pk: partitionKey(programId, hourOf(messageIdMs(messageId)), shard), sk: messageId };
}

/** The partitions of one program's hour. */
export function hourPartitions(programId: string, hour: string): string[] {
  return Array.from({ length: eventShards }, (_, shard) => partitionKey(programId, hour, shard));
}

function partitionKey(programId: string, hour: string, shard: number): string {
  return `${programId}#${hour}#${shard}`;
}
