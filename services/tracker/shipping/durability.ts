import type { EventType } from '@trackline/domain/tracking-event';

/**
 * What the answer to a call waits for. memory: the event is in this process. disk: it is on the disk, and survives
 * the process. stream: the event stream has it, and it survives the machine.
 */
export type Durability = 'memory' | 'disk' | 'stream';

/** Per event type; and for those of a batch, where that is to be another. */
export type DurabilitySettings = Readonly<Record<EventType, Durability>> & {
  readonly batch: Durability | null;
};

/** Whether every answer "accepted" waits for more than the memory of this process. */
export function outlivesProcess(settings: DurabilitySettings): boolean {
  return Object.values(settings).every((each) => each !== 'memory');
}
