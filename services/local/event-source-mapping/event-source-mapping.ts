import { randomUUID } from 'node:crypto';
import type { OnFailureDestination } from '@trackline/adapters/on-failure/on-failure';
import { fullJitterMs } from '@trackline/domain/backoff';
import { type Clock, delay, type Random, type Timer } from '@trackline/domain/clock';
import type { Context, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { Checkpoints } from './checkpoints.ts';
import type { MappingSettings, MappingTelemetry } from './mapping-settings.ts';
import { judgeResponse } from './response.ts';
import { ShardLineage } from './shard-lineage.ts';
import type { ShardRead, ShardReader } from './shard-reader.ts';

/**
 * An event-source mapping as AWS runs it between a stream and a Lambda ("How Lambda processes records from
 * stream and queue-based event sources", AWS Lambda Developer Guide):
 *
 * - Each shard is read by itself, from its oldest record on, in order, one batch at a time. After a
 *   resharding the new shards are read when their parents are read to their ends (shard-lineage.ts).
 * - A batch is what one poll found, up to the batch size and 6 MB; with a window, it is gathered for so long
 *   from its first record on, or until it is full.
 * - The answer decides (response.ts). Success moves the shard's checkpoint past the batch; a partial failure
 *   moves it up to the lowest failed record, and the rest comes again; an error or a time-out fails the whole
 *   batch. With bisect, a batch that failed whole is halved, to close in on what poisons it.
 * - What fails comes again after a back-off, and holds up its shard, until its retries run out, or the age of
 *   its records; then it goes to the on-failure destination, payload and all, and the shard goes on.
 * - Checkpoints are durable, and written after the handler answered: a crash in between makes the batch come
 *   again.
 */
export interface MappingOptions {
  readonly name: string;
  readonly reader: ShardReader;
  readonly handler: (event: KinesisStreamEvent, context: InvocationContext) => Promise<unknown>;
  readonly checkpoints: Checkpoints;
  readonly onFailure: Pick<OnFailureDestination, 'put'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: MappingSettings;
  readonly telemetry: MappingTelemetry;
}

export type InvocationContext = Pick<Context, 'getRemainingTimeInMillis' | 'awsRequestId'>;

/** A stretch of records that goes to the handler together, and what happened to it so far. */
interface Batch {
  readonly records: readonly KinesisStreamRecord[];
  readonly failures: number;
}

/** Of an invocation's event, in base64: fixed by AWS. */
const payloadBytesMax = 6 * 1024 * 1024;

export class EventSourceMapping {
  readonly #options: MappingOptions;
  #stopping = false;
  readonly #lineage = new ShardLineage();
  readonly #runs: Promise<void>[] = [];
  readonly #wake = new Set<() => void>();
  /** The shards whose last poll found nothing. */
  readonly #empty = new Set<string>();
  /** How often `lookAgain` was asked for: a poll that began before says nothing of what came since. */
  #looks = 0;
  /** As of which look the shards were listed. */
  #listedAtLook = 0;

  constructor(options: MappingOptions) {
    this.#options = options;
  }

  /** Rejects where the stream's shards can't be listed. */
  async open(): Promise<void> {
    await this.#begin();
  }

  /** Whether the last poll of every shard found nothing, and nothing is under way. */
  get caughtUp(): boolean {
    return this.#listedAtLook === this.#looks && this.#lineage.isDone((shardId) => !this.#empty.has(shardId));
  }

  /**
   * Forgets that it was caught up, so that `caughtUp` speaks of what is on the stream from now on, whatever
   * shards it has by then. Closes open windows.
   */
  lookAgain(): void {
    this.#looks++;
    this.#empty.clear();
    this.#runs.push(this.#list());
    for (const wake of this.#wake) wake();
  }

  /** Ends after the invocations under way. What they did not finish comes again at the next start. */
  async close(): Promise<void> {
    this.#stopping = true;
    for (const wake of this.#wake) wake();
    // A run that ends may have begun others.
    for (const run of this.#runs) await run;
    await this.#options.reader.close();
  }

  /** Lists the shards and begins those whose turn has come. */
  async #begin(): Promise<void> {
    const look = this.#looks;
    const next = this.#lineage.list(await this.#options.reader.shards());
    this.#listedAtLook = Math.max(this.#listedAtLook, look);
    if (!this.#stopping) this.#runs.push(...next.map((shardId) => this.#run(shardId)));
  }

  /** The same, until it succeeds. */
  async #list(): Promise<void> {
    const { name, telemetry, settings } = this.#options;
    while (!this.#stopping) {
      try {
        return await this.#begin();
      } catch (err) {
        telemetry.pollFailed({ mapping: name, shardId: null, err });
        await this.#pause(settings.pollEveryMs);
      }
    }
  }

  /** Reads a shard to its end, which only a resharding brings; then its children have their turn. */
  async #run(shardId: string): Promise<void> {
    const { name, telemetry, settings } = this.#options;
    while (!this.#stopping) {
      const look = this.#looks;
      let found = 0;
      try {
        const { records, ended } = await this.#gather(shardId);
        found = records.length;
        if (found > 0) await this.#process(shardId, { records, failures: 0 });
        else if (ended) break;
        else if (look === this.#looks) this.#empty.add(shardId);
      } catch (err) {
        telemetry.pollFailed({ mapping: name, shardId, err });
      }
      // A full batch is followed at once by the next.
      if (found < settings.batchSize) await this.#pause(settings.pollEveryMs);
    }
    if (this.#stopping) return;
    this.#lineage.end(shardId);
    await this.#list();
  }

  async #gather(shardId: string): Promise<ShardRead> {
    const { reader, checkpoints, clock, settings } = this.#options;
    const records: KinesisStreamRecord[] = [];
    const look = this.#looks;
    let endMs: number | null = null;
    for (;;) {
      const after = records.at(-1)?.kinesis.sequenceNumber ?? checkpoints.get(shardId);
      const read = await reader.read(shardId, after, settings.batchSize - records.length);
      records.push(...read.records);
      // The window opens with the first record.
      if (records.length === 0) return read;
      this.#empty.delete(shardId);
      endMs ??= clock.monotonicMs() + settings.windowMs;
      const leftMs = endMs - clock.monotonicMs();
      const payload = withinPayload(records);
      const isFull = records.length >= settings.batchSize || payload.length < records.length || read.ended;
      const isOver = leftMs <= 0 || this.#stopping || look !== this.#looks;
      // The end is told by the next read, which finds nothing: what the payload left out comes before it.
      if (isFull || isOver) return { records: payload, ended: false };
      await this.#pause(Math.min(settings.pollEveryMs, leftMs));
    }
  }

  /** Brings a batch to its end: done, or given up. Returns early only when the mapping is closed. */
  async #process(shardId: string, first: Batch): Promise<void> {
    const { checkpoints, settings } = this.#options;
    // What is still to do, in the shard's order: halves of a bisected batch stand behind each other.
    const todo: Batch[] = [first];
    while (todo.length > 0 && !this.#stopping) {
      const batch = todo.shift()!;
      const exhausted = this.#exhausted(batch);
      if (exhausted !== null) {
        const { condition, records } = exhausted;
        await this.#giveUp(shardId, { ...batch, records }, condition);
        await checkpoints.set(shardId, lastOf(records));
        const left = batch.records.slice(records.length);
        if (left.length > 0) todo.unshift({ records: left, failures: 0 });
        continue;
      }
      const firstFailed = await this.#invoke(shardId, batch.records);
      const done = batch.records.slice(0, firstFailed ?? batch.records.length);
      if (done.length > 0) await checkpoints.set(shardId, lastOf(done));
      if (firstFailed === null) continue;
      const left = batch.records.slice(firstFailed);
      // Progress begins the count anew: what is left failed for the first time at its head.
      const failures = firstFailed > 0 ? 1 : batch.failures + 1;
      todo.unshift(...this.#split(left, failures, firstFailed === 0));
      const delayMs = fullJitterMs(
        failures - 1,
        settings.retryBaseMs,
        settings.retryMaxMs,
        this.#options.random,
      );
      await this.#pause(delayMs);
    }
  }

  #split(records: readonly KinesisStreamRecord[], failures: number, failedWhole: boolean): Batch[] {
    if (!this.#options.settings.bisectOnError || !failedWhole || records.length === 1)
      return [{ records, failures }];
    const middle = Math.ceil(records.length / 2);
    // Splitting does not count as a retry.
    const counted = failures - 1;
    return [
      { records: records.slice(0, middle), failures: counted },
      { records: records.slice(middle), failures: counted },
    ];
  }

  /** The index of the first record that must come again, or null. */
  async #invoke(shardId: string, records: readonly KinesisStreamRecord[]): Promise<number | null> {
    const { name, handler, clock, settings, telemetry } = this.#options;
    const endMs = clock.monotonicMs() + settings.invocationTimeoutMs;
    const context = {
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => Math.max(0, Math.round(endMs - clock.monotonicMs())),
    };
    let timer: Timer | null = null;
    try {
      const timeout = new Promise<never>((_, reject) => {
        timer = clock.after(settings.invocationTimeoutMs, () =>
          reject(new Error(`Task timed out after ${settings.invocationTimeoutMs / 1000} seconds`)),
        );
      });
      const response = await Promise.race([handler({ Records: [...records] }, context), timeout]);
      const verdict = judgeResponse(response, records);
      return verdict.ok ? null : verdict.firstFailed;
    } catch (err) {
      telemetry.invocationFailed({ mapping: name, shardId, err });
      return 0;
    } finally {
      (timer as Timer | null)?.cancel();
    }
  }

  /**
   * What of a batch must not be tried any more, and why: all of it after its last retry, else its oldest
   * records that are too old.
   */
  #exhausted({ records, failures }: Batch): (Pick<Batch, 'records'> & { readonly condition: string }) | null {
    const { settings, clock } = this.#options;
    if (settings.retriesMax >= 0 && failures > settings.retriesMax) {
      return { condition: 'RetryAttemptsExhausted', records };
    }
    if (settings.recordAgeMaxMs < 0) return null;
    const oldestMs = clock.wallMs() - settings.recordAgeMaxMs;
    const young = records.findIndex(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1000 >= oldestMs);
    if (young === 0) return null;
    return { condition: 'RecordAgeExceeded', records: young === -1 ? records : records.slice(0, young) };
  }

  async #giveUp(shardId: string, { records, failures }: Batch, condition: string): Promise<void> {
    const { name, onFailure, clock, telemetry } = this.#options;
    await onFailure.put({
      mapping: name,
      shardId,
      condition,
      invokeCount: failures,
      atMs: clock.wallMs(),
      records,
    });
    telemetry.batchGivenUp({ mapping: name, shardId, records: records.length, condition });
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopping || ms <= 0) return;
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.#wake.add(wake);
    await Promise.race([delay(this.#options.clock, ms), woken]);
    this.#wake.delete(wake);
  }
}

/** As many from the front as one invocation takes; a record alone always fits. */
function withinPayload(records: readonly KinesisStreamRecord[]): readonly KinesisStreamRecord[] {
  let bytes = 0;
  const over = records.findIndex(({ kinesis }, index) => {
    bytes += kinesis.data.length;
    return index > 0 && bytes > payloadBytesMax;
  });
  return over === -1 ? records : records.slice(0, over);
}

function lastOf(records: readonly KinesisStreamRecord[]): string {
  return records.at(-1)!.kinesis.sequenceNumber;
}
