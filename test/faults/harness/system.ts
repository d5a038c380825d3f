import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { streamDefaultNames } from '@trackline/adapters/event-stream/streams';
import type { Random } from '@trackline/domain/clock';
import { startKinesis } from '@trackline/local/parts/kinesis';
import { createStreams } from '@trackline/local/parts/streams.kinesis';
import { program } from '../../helpers/programs.ts';
import { ranAgainst } from '../../helpers/real-parts.ts';
import {
  type RealRedis,
  realRedisMissing,
  startNpmRedis,
  startRealRedis,
  type TestRedis,
} from '../../helpers/redis.ts';
import { seededRandom } from '../../helpers/seeded-random.ts';
import type { FaultSurroundings } from '../fault.ts';
import { Consumers, type ConsumersPlace } from './consumers.ts';
import { newTables, region, type Tables } from './dynamodb.ts';
import { type Load, type LoadOptions, startLoad } from './load.ts';
import { Oracle } from './oracle.ts';
import { sendPrograms } from './send-programs.ts';
import { type Settlement, settle } from './settle.ts';
import { TrackerChild } from './tracker-child.ts';

/** The programs that a system's events are about: active, without an end, unsigned calls welcome. */
const programIdsOf = (count: number) =>
  Array.from({ length: count }, (_, i) => ['shoes', 'boots'][i] ?? `program-${i + 1}`);

/** How long each wait of the closing phase may take: in the long form there may be a million events to be stored. */
const settlesInMs = { short: 120_000, long: 3_600_000 };

export interface SystemOptions {
  /** Of the event stream. */
  readonly shards?: number;
  /** How many; two unless said. A table of many events wants them spread over many, as any business has. */
  readonly programs?: number;
  readonly coreDataShards?: number;
}

/**
 * A system of real parts: Kinesis, DynamoDB and Redis, both consumers under their mappings, and as many
 * trackers as a fault needs. Trackers and consumers are processes of their own, and can be killed.
 */
export interface System {
  readonly place: ConsumersPlace;
  /** For what a fault program keeps beside it. Spools, logs and checkpoints are in it too. */
  readonly folder: string;
  readonly redis: TestRedis;
  readonly consumers: Consumers;
  /** What clients were told. `load` tells it; who calls in another way tells it too. */
  readonly oracle: Oracle;
  /** Follows from the seed. */
  readonly random: Random;
  /**
   * A tracker, not started yet. What it is given comes over what the harness would say: a proxy before the
   * stream is `AWS_ENDPOINT_URL_KINESIS`, one before Redis `REDIS_URL`.
   */
  tracker(environment?: Readonly<Record<string, string>>): TrackerChild;
  /** Clients of all trackers that run now, or of `urls`. */
  load(options: Pick<LoadOptions, 'perSecond' | 'concurrency'> & Partial<LoadOptions>): Load;
  /**
   * The closing phase: waits until everything is sent and consumed, and compares what clients were told with
   * the event store and the ledger. Faults must be over, and every tracker that is to go on must run.
   */
  settle(): Promise<Settlement>;
  /** A real Redis, which can be killed and frozen. */
  realRedis(): RealRedis;
}

/** Builds a system, runs `body`, and takes everything down again, however it ended. */
export async function withSystem<T>(
  { short, seed, say }: FaultSurroundings,
  options: SystemOptions,
  body: (system: System) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-fault-'));
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  const started = async <P extends { stop(): unknown; readonly label?: string }>(what: Promise<P>) => {
    const part = await what;
    if (part.label) ranAgainst(part.label);
    undo.unshift(() => part.stop());
    return part;
  };
  try {
    const [kinesis, tables, redis] = await Promise.all([
      started(startKinesis(join(folder, 'kinesis'))),
      newTables(),
      started<TestRedis>(realRedisMissing === null ? startRealRedis() : startNpmRedis()),
    ]);
    undo.unshift(() => tables.remove());
    const place = placeOf(folder, kinesis.url, tables, redis.url);
    await createStreams(
      { region, endpoint: kinesis.url },
      { [place.eventStream]: options.shards ?? 2, [place.coreDataStream]: options.coreDataShards ?? 1 },
    );

    const random = seededRandom(seed);
    const oracle = new Oracle();
    const consumers = new Consumers(place);
    const trackers: TrackerChild[] = [];
    const loads: Load[] = [];
    undo.unshift(() => Promise.all([consumers.end(), ...trackers.map((each) => each.end())]));
    undo.unshift(() => Promise.all(loads.map((load) => load.stop())));
    await consumers.start();
    const programIds = programIdsOf(options.programs ?? 2);
    await bringPrograms(place, consumers, programIds, random);

    return await body({
      place,
      folder,
      redis,
      consumers,
      oracle,
      random,
      tracker(environment = {}) {
        const name = `tracker-${trackers.length + 1}`;
        const given = { ...trackerEnvironment(place, folder), TRACKLINE_INSTANCE: name, ...environment };
        const tracker = new TrackerChild(name, given, join(folder, `${name}.log`));
        trackers.push(tracker);
        return tracker;
      },
      load(wanted) {
        const urls = trackers.filter(({ isRunning }) => isRunning).map(({ url }) => url);
        const load = startLoad({ urls, oracle, random, programIds, ...wanted });
        loads.push(load);
        return load;
      },
      settle: () =>
        settle({
          place,
          consumers,
          trackers,
          oracle,
          say,
          patienceMs: settlesInMs[short ? 'short' : 'long'],
        }),
      realRedis() {
        if (realRedisMissing !== null) throw new Error(`A real Redis is needed: ${realRedisMissing}`);
        return redis as RealRedis;
      },
    });
  } finally {
    // What can't be stopped must not keep the rest from it, nor hide how it ended.
    for (const stop of undo) await (async () => stop())().catch(() => {});
  }
}

function placeOf(folder: string, kinesisEndpoint: string, tables: Tables, redisUrl: string) {
  const place: ConsumersPlace = {
    region,
    kinesisEndpoint,
    dynamodbEndpoint: tables.endpoint,
    redisUrl,
    eventStream: streamDefaultNames.event,
    coreDataStream: streamDefaultNames.coreData,
    tables: tables.names,
    onFailure: join(folder, 'on-failure'),
    state: join(folder, 'consumers'),
  };
  mkdirSync(place.state);
  return place;
}

function trackerEnvironment(place: ConsumersPlace, folder: string): Record<string, string> {
  return {
    AWS_REGION: place.region,
    AWS_ENDPOINT_URL_KINESIS: place.kinesisEndpoint,
    REDIS_URL: place.redisUrl,
    TRACKLINE_EVENT_STREAM: place.eventStream,
    TRACKLINE_SPOOL_DIR: join(folder, 'spool'),
    TRACKLINE_PORT: '0',
    TRACKLINE_ADMIN_PORT: '0',
    TRACKLINE_DRAIN_DELAY_MS: '0',
    // So that the ledger need not be waited for.
    TRACKLINE_STATEMENT_EVERY_MS: '250',
  };
}

/** As any business system would: over the core-data stream. */
async function bringPrograms(
  place: ConsumersPlace,
  consumers: Consumers,
  programIds: readonly string[],
  random: Random,
): Promise<void> {
  await consumers.rebuild();
  const programs = programIds.map((id) => program({ id }));
  await sendPrograms(place, programs, random);
  if (!(await consumers.caughtUp(20_000))) throw new Error('The programs did not arrive within 20 s.');
}
