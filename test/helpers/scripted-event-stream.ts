import type { EventStream, PutOutcome, StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import type { Statement } from '@trackline/domain/ledger';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { deaggregate } from '@trackline/proto/kpl';
import { decodeRecord } from '@trackline/proto/tracking-event';

export const taken: PutOutcome = { ok: true, shardId: 'shardId-000000000000', sequenceNumber: '1' };
export const throttled: PutOutcome = refusal('ProvisionedThroughputExceededException', { throttled: true });
export const broken: PutOutcome = refusal('InternalFailure', {});
export const forbidden: PutOutcome = refusal('AccessDeniedException', { retriable: false });

function refusal(code: string, how: { throttled?: boolean; retriable?: boolean }): PutOutcome {
  return { ok: false, code, throttled: false, retriable: true, ...how };
}

/** An event stream in memory whose faults are scripted: for faults that a real one can't be asked for. */
export class ScriptedEventStream implements EventStream {
  /** Every call, with what it carried. */
  readonly calls: (readonly StreamRecord[])[] = [];
  /** What was taken, in the order in which it was. */
  readonly records: StreamRecord[] = [];
  /** What becomes of each record. */
  outcome: (record: StreamRecord, call: number) => PutOutcome = () => taken;
  #held: (() => void)[] | null = null;

  /** From now on calls are not answered, until `letGo`. */
  hold(): void {
    this.#held ??= [];
  }

  letGo(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const go of held) go();
  }

  /** Calls that wait to be answered. */
  get underWay(): number {
    return this.#held?.length ?? 0;
  }

  async put(given: readonly StreamRecord[]): Promise<readonly PutOutcome[]> {
    // Who puts may use the data for something else afterwards.
    const records = given.map((record) => ({ ...record, data: Buffer.from(record.data) }));
    const call = this.calls.push(records) - 1;
    const held = this.#held;
    if (held) await new Promise<void>((resolve) => held.push(resolve));
    return records.map((record) => {
      const outcome = this.outcome(record, call);
      if (outcome.ok) this.records.push(record);
      return outcome;
    });
  }

  async close(): Promise<void> {
    this.letGo();
  }

  /** The events in what was taken, as a consumer finds them. */
  get events(): RecordedEvent[] {
    return this.#decoded().flatMap((record) => (record.kind === 'event' ? record.event : []));
  }

  get statements(): Statement[] {
    return this.#decoded().flatMap((record) => (record.kind === 'statement' ? record.statement : []));
  }

  #decoded() {
    return this.records
      .flatMap((record): readonly Pick<StreamRecord, 'data' | 'partitionKey'>[] => {
        return deaggregate(record.data) ?? [record];
      })
      .map(({ data, partitionKey }) => decodeRecord(data, { partitionKey, region: 'eu-central-1' }));
  }
}
