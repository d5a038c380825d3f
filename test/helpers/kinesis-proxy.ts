import type { Random } from '@trackline/domain/clock';
import { type Answer, type Intervention, startAwsProxy } from './aws-proxy.ts';
import { type ShardRate, ShardRates } from './shard-rates.ts';

/**
 * How a call of PutRecords is treated. forward: as if there were no proxy. drop: the connection is cut. dropReply: the
 * stream has the records, and then the connection is cut. hang: it is never answered. error: refused with this error
 * of Kinesis'. failing: this share of its records, chosen by chance, fails inside. throttledShard: it takes nothing.
 */
export type KinesisTreatment =
  | 'forward'
  | 'drop'
  | 'dropReply'
  | 'hang'
  | { readonly error: string; readonly status?: number; readonly message?: string }
  | { readonly failing: number }
  | { readonly throttledShard: number };

interface Entry {
  readonly Data: string;
  readonly PartitionKey: string;
  readonly ExplicitHashKey?: string;
}

interface Result {
  readonly ErrorCode?: string;
}

export interface KinesisProxyOptions {
  readonly random: Random;
  /** Of the stream behind. */
  readonly shards?: number;
  /** What each of them takes in a second; without, as much as comes. */
  readonly rate?: ShardRate;
}

const noBound: ShardRate = { bytesPerSecond: 1e12, recordsPerSecond: 1e12 };

/** A proxy in front of Kinesis, for faults that the embedded one never has, and to count what is put. */
export class KinesisProxy {
  readonly #random: Random;
  readonly #rates: ShardRates;
  /** Decides on each call of PutRecords. */
  treat: () => KinesisTreatment = () => 'forward';
  /** Records that were tried, and those that the stream took, told to the caller or not. */
  readonly records = { tried: 0, taken: 0, throttled: 0, failed: 0 };
  /** Calls of PutRecords. */
  calls = 0;
  /** That have no answer yet, now and at most. */
  underWay = 0;
  mostUnderWay = 0;
  #proxy: Awaited<ReturnType<typeof startAwsProxy>> | null = null;

  private constructor({ random, shards = 1, rate = noBound }: KinesisProxyOptions) {
    this.#random = random;
    this.#rates = new ShardRates(shards, () => performance.now(), rate);
  }

  static async open(behind: string, options: KinesisProxyOptions): Promise<KinesisProxy> {
    const proxy = new KinesisProxy(options);
    proxy.#proxy = await startAwsProxy(behind, (operation, body, over) =>
      operation === 'PutRecords' ? proxy.#putRecords(body, over) : null,
    );
    return proxy;
  }

  get url(): string {
    return this.#proxy!.endpoint;
  }

  /** Connections are refused from now on. */
  async shut(): Promise<void> {
    await this.#proxy!.shut();
  }

  async reopen(): Promise<void> {
    await this.#proxy!.reopen();
  }

  async close(): Promise<void> {
    await this.#proxy?.close();
  }

  #putRecords(body: Record<string, unknown>, over: Promise<unknown>): Intervention {
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    void over.then(() => this.underWay--);
    const entries = body.Records as readonly Entry[];
    const treatment = this.treat();
    this.calls++;
    this.records.tried += entries.length;
    if (treatment === 'hang' || treatment === 'drop') return treatment;
    if (treatment === 'dropReply') {
      this.records.taken += entries.length;
      return treatment;
    }
    if (typeof treatment === 'object' && 'error' in treatment) {
      const { error, status = 400, message = 'The proxy says so.' } = treatment;
      return { status, body: { __type: error, message } };
    }
    return this.#passSome(body, entries, (entry) => this.#errorOf(entry, treatment));
  }

  #errorOf(
    entry: Entry,
    treatment: 'forward' | { failing: number } | { throttledShard: number },
  ): string | null {
    if (treatment !== 'forward' && 'failing' in treatment && this.#random() < treatment.failing)
      return 'InternalFailure';
    const placed = {
      partitionKey: entry.PartitionKey,
      explicitHashKey: entry.ExplicitHashKey,
      dataBytes: Buffer.byteLength(entry.Data, 'base64'),
    };
    const isClosed =
      treatment !== 'forward' &&
      'throttledShard' in treatment &&
      this.#rates.shardOf(placed) === treatment.throttledShard;
    return isClosed || !this.#rates.admits(placed) ? 'ProvisionedThroughputExceededException' : null;
  }

  /** Passes on what has no error, and tells the outcomes of all in their order, as Kinesis does. */
  #passSome(
    body: Record<string, unknown>,
    entries: readonly Entry[],
    errorOf: (entry: Entry) => string | null,
  ): Intervention {
    const errors = entries.map(errorOf);
    const passed = entries.filter((_, index) => errors[index] === null);
    this.records.taken += passed.length;
    for (const error of errors) {
      if (error === 'InternalFailure') this.records.failed++;
      else if (error !== null) this.records.throttled++;
    }
    if (passed.length === entries.length) return null;
    const outcomes = (answer: Answer) => {
      const results = [...(answer.Records as readonly Result[])];
      const Records = errors.map((code) =>
        code === null ? results.shift()! : { ErrorCode: code, ErrorMessage: 'The proxy says so.' },
      );
      return { FailedRecordCount: Records.filter((result) => 'ErrorCode' in result).length, Records };
    };
    if (passed.length === 0) return { status: 200, body: outcomes({ Records: [] }) };
    return { passInstead: { ...body, Records: passed }, merge: outcomes };
  }
}
