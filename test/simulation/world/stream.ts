import type { EventStream, PutOutcome, StreamRecord } from '@trackline/adapters/event-stream/event-stream';
import type { Chance } from './chance.ts';
import type { Process } from './process.ts';
import type { Time } from './time.ts';

/** What is wrong with a stream; each is how likely a call, or a record of it, meets that. */
export interface StreamFaults {
  /** Refused before anything is taken. */
  refusals: number;
  /** Refused for what no retry mends. */
  denials: number;
  /** Never answered; what became of the records nobody hears. */
  silences: number;
  /** Taken, and the answer lost. */
  lostReplies: number;
  /** Of the records of a call. */
  recordFailures: number;
  /** Of the records for the first shard. */
  throttling: number;
  answerMsMax: number;
}

export const healthyStream: Readonly<StreamFaults> = {
  refusals: 0,
  denials: 0,
  silences: 0,
  lostReplies: 0,
  recordFailures: 0,
  throttling: 0,
  answerMsMax: 10,
};

export interface ShardRecord {
  readonly shardId: string;
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivedAtMs: number;
}

/** How long a tracker's call may take; a stream that is silent fails it then. */
const requestTimeoutMs = 2_000;

/** A stream of two shards. It keeps order within a shard, and is as unreliable as it is told to be. */
export class Stream {
  readonly name: string;
  readonly faults: StreamFaults = { ...healthyStream };
  readonly shards: readonly (readonly ShardRecord[])[];
  readonly #shards: ShardRecord[][] = [[], []];
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #onTaken: (record: ShardRecord) => void;
  #onRecord: (shard: number) => void = () => {};
  #records = 0;

  constructor(name: string, time: Time, chance: Chance, onTaken: (record: ShardRecord) => void) {
    this.name = name;
    this.#time = time;
    this.#chance = chance;
    this.#onTaken = onTaken;
    this.shards = this.#shards;
  }

  /** Has `listener` called for every record that a shard gets. */
  onRecord(listener: (shard: number) => void): void {
    this.#onRecord = listener;
  }

  /** The stream as one process has it. */
  connect(process: Process): EventStream {
    return {
      put: (records) => this.#put(process, records),
      close: async () => {},
    };
  }

  #put(process: Process, records: readonly StreamRecord[]): Promise<readonly PutOutcome[]> {
    const { faults } = this;
    const chance = this.#chance;
    const isSilent = chance.happens(faults.silences);
    const thereMs = chance.between(0.5, faults.answerMsMax);
    return process.request({
      thereMs,
      backMs: isSilent ? requestTimeoutMs - thereMs : chance.between(0.5, faults.answerMsMax),
      effect: () => {
        if (isSilent && chance.happens(0.5)) return allFailed(records, 'TimeoutError');
        if (chance.happens(faults.refusals)) return allFailed(records, 'ECONNREFUSED');
        if (chance.happens(faults.denials)) return allFailed(records, 'AccessDeniedException', false);
        const outcomes = records.map((record) => this.#take(record));
        if (isSilent) return allFailed(records, 'TimeoutError');
        return chance.happens(faults.lostReplies) ? allFailed(records, 'ECONNRESET') : outcomes;
      },
    });
  }

  #take({ data, partitionKey, explicitHashKey = '0' }: StreamRecord): PutOutcome {
    const { faults } = this;
    const shard = Number(BigInt(explicitHashKey) >> 127n);
    if (shard === 0 && this.#chance.happens(faults.throttling)) {
      return failed('ProvisionedThroughputExceededException', true);
    }
    if (this.#chance.happens(faults.recordFailures)) return failed('InternalFailure');
    const sequenceNumber = String(++this.#records).padStart(56, '4');
    const shardId = `shardId-00000000000${shard}`;
    // Who puts may use the data for something else afterwards.
    const record = {
      shardId,
      sequenceNumber,
      partitionKey,
      data: Buffer.from(data),
      arrivedAtMs: this.#time.wallMs,
    };
    this.#shards[shard]!.push(record);
    this.#onTaken(record);
    this.#onRecord(shard);
    return { ok: true, shardId, sequenceNumber };
  }
}

function failed(code: string, throttled = false, retriable = true): PutOutcome {
  return { ok: false, code, throttled, retriable };
}

function allFailed(records: readonly StreamRecord[], code: string, retriable = true): PutOutcome[] {
  return records.map(() => failed(code, false, retriable));
}
