import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type TableName, tableDefinitions } from '@trackline/adapters/event-store/tables';
import { connectKinesisEventStream } from '@trackline/adapters/event-stream/event-stream.kinesis';
import { streamDefaultNames } from '@trackline/adapters/event-stream/streams';
import { buildLog } from '@trackline/adapters/log/log';
import { ProgramStoreError } from '@trackline/adapters/program-store/program-store';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import type { Clock, Random } from '@trackline/domain/clock';
import type { RandomBytes } from '@trackline/domain/message-id';
import type { ProgramVersion } from '@trackline/domain/program';
import type { StackConfig } from './config.ts';
import { type Lambdas, startLambdas } from './lambdas.ts';
import { openKeyring } from './local-keyring.ts';
import { startDynamoDb } from './parts/dynamodb.ts';
import { startKinesis } from './parts/kinesis.ts';
import type { Part } from './parts/part.ts';
import { startRedis } from './parts/redis.ts';
import { createStreams } from './parts/streams.kinesis.ts';
import { createTables } from './parts/tables.dynamodb.ts';
import { waitFor } from './parts/wait-for.ts';
import { Refusal } from './refusal.ts';
import { importSamples, readSamples } from './sample-programs.ts';
import { type StackFile, writeStackFile } from './stack-file.ts';
import { lockState } from './state-lock.ts';
import { TrackerProcess } from './tracker-process.ts';

export interface Stack {
  readonly file: StackFile;
  readonly parts: readonly Part[];
  /**
   * Ends everything in order: the trackers drain, the Lambdas take what is on the streams, then the stores
   * stop.
   *
   * @returns what could not be done in time, in words
   */
  stop(): Promise<string[]>;
}

interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  /** Tells a person a line. */
  readonly say: (line: string) => void;
  /** Where trackers find Kinesis in place of the endpoint that is given; for who wants to come between them. */
  readonly kinesisForTrackers?: (endpoint: string) => Promise<string>;
}

const region = 'eu-central-1';
const importTimeoutMs = 10_000;
const catchUpTimeoutMs = 15_000;

/** Starts the stack. What was started is stopped again when something fails. */
export async function startStack(config: StackConfig, surroundings: Surroundings): Promise<Stack> {
  const { clock, random, randomBytes, say } = surroundings;
  const samples = readSamples(config.programs);
  const state = openState(config.state);
  const lock = await lockState(state, { clock, say });
  const undo: (() => unknown)[] = [lock.free];
  const started = async <T extends { stop(): unknown }>(what: Promise<T>): Promise<T> => {
    const part = await what;
    undo.unshift(() => part.stop());
    return part;
  };
  try {
    const parts = await allOrNothing([
      started(startKinesis(join(state, 'kinesis'))),
      started(startDynamoDb(state, { dynaliteOnly: config.dynalite })),
      started(startRedis(state, { url: config.redisUrl, npmOnly: config.npmRedis })),
    ]);
    const [kinesis, dynamodb, redis] = parts as [Part, Part, Part];
    const names = Object.entries(tableDefinitions).map(([name, { defaultName }]) => [name, defaultName]);
    const place = {
      kinesisEndpoint: kinesis.url,
      dynamodbEndpoint: dynamodb.url,
      redisUrl: redis.url,
      region,
      eventStream: streamDefaultNames.event,
      coreDataStream: streamDefaultNames.coreData,
      tables: Object.fromEntries(names) as Record<TableName, string>,
      onFailure: join(state, 'on-failure'),
    };
    const keyring = openKeyring(state, config.trackerEnvironment, randomBytes);
    await Promise.all([
      createStreams(
        { region, endpoint: place.kinesisEndpoint },
        { [place.eventStream]: config.shards, [place.coreDataStream]: 1 },
      ),
      createTables({ region, endpoint: place.dynamodbEndpoint }, Object.values(place.tables)),
    ]);

    const log = buildLog({ base: { service: 'lambdas' }, to: join(state, 'lambdas.log') });
    const lambdas = await startLambdas({
      stack: place,
      state,
      mappings: config.mappings,
      retentionMs: config.retentionMs,
      clickLookBackMs: config.clickLookBackMs,
      clock,
      random,
      log,
    });
    undo.unshift(() => lambdas.close());
    const { rebuilt, programs } = await lambdas.rebuild().catch(explainRedis);
    if (rebuilt && programs > 0)
      say(`Redis was empty: rebuilt from the program table, ${programs} programs.`);
    const imported = await bringSamples(samples, place, lambdas, { clock, random });
    if (imported !== null) say(`${imported} ${samples.length} sample programs from ${config.programs}.`);

    const { kinesisForTrackers = async (endpoint) => endpoint } = surroundings;
    const trackersKinesis = await kinesisForTrackers(place.kinesisEndpoint);
    const trackers = Array.from({ length: config.trackers }, (_, index) => tracker(index));
    undo.unshift(() => Promise.all(trackers.map((each) => each.stop())));
    const listening = await Promise.all(trackers.map((each) => each.start()));
    const file: StackFile = {
      trackerUrl: listening[0]!.url,
      trackerUrls: listening.map(({ url }) => url),
      adminUrls: listening.map(({ adminUrl }) => adminUrl),
      ...place,
      ...(keyring !== null && { keyring }),
    };
    await Promise.all(file.adminUrls.map(untilReady));
    writeStackFile(state, file);

    let isStopping = false;
    for (const { label, ended } of parts) {
      void ended?.then((code) => {
        if (!isStopping)
          say(`${label} ended (${code}): Ctrl-C and another "npm start" mend it; its log is in ${state}.`);
      });
    }
    return {
      file,
      parts,
      async stop() {
        isStopping = true;
        const troubles: string[] = [];
        const codes = await Promise.all(trackers.map((each) => each.stop()));
        codes.forEach((code, index) => {
          if (code !== 0) troubles.push(`tracker ${index + 1} ended with ${code}`);
        });
        if (!(await lambdas.caughtUp(catchUpTimeoutMs))) {
          troubles.push('events are left on the streams; the next start takes them');
        }
        await lambdas.close();
        await Promise.all(parts.map((part) => part.stop()));
        lock.free();
        return troubles;
      },
    };

    function tracker(index: number): TrackerProcess {
      const offset = (preset: number) => (preset === 0 ? 0 : preset + 10 * index);
      return new TrackerProcess({
        environment: {
          // Locally nobody has to be told to go elsewhere.
          TRACKLINE_DRAIN_DELAY_MS: '0',
          TRACKLINE_SPOOL_DIR: join(state, 'spool'),
          ...config.trackerEnvironment,
          ...(keyring !== null && { TRACKLINE_KEYRING_FILE: keyring }),
          TRACKLINE_PORT: String(offset(config.port)),
          TRACKLINE_ADMIN_PORT: String(offset(config.adminPort)),
          TRACKLINE_INSTANCE: `local-${index + 1}`,
          TRACKLINE_EVENT_STREAM: place.eventStream,
          AWS_REGION: region,
          AWS_ENDPOINT_URL_KINESIS: trackersKinesis,
          REDIS_URL: place.redisUrl,
        },
        logFile: join(state, `tracker-${index + 1}.log`),
        lockFile: lock.trackersFile,
        clock,
        random,
        onCrash: (code, signal) =>
          say(`Tracker ${index + 1} ended (${signal ?? code}); it is started again.`),
      });
    }
  } catch (error) {
    // What can't be stopped must not keep the rest from it, nor hide why the stack did not start.
    for (const stop of undo) await (async () => stop())().catch(() => {});
    throw error;
  }
}

/** Waits for all, so that what did start is known, and then fails if one did. */
async function allOrNothing<T>(starting: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(starting);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}

/** Makes the folder of the state, unless it is there. */
function openState(folder: string): string {
  const state = resolve(folder);
  try {
    mkdirSync(state, { recursive: true });
    accessSync(state, constants.W_OK);
    return state;
  } catch (error) {
    throw new Refusal(
      `The state can't be kept in ${state}: ${(error as Error).message}. Choose another: --state DIR`,
    );
  }
}

function explainRedis(error: Error): never {
  if (!(error instanceof ProgramStoreError)) throw error;
  throw new Refusal(
    `Redis can't be asked (${error.message}). Does REDIS_URL name the right one? Without it, one is started.`,
  );
}

/**
 * Imports the samples where there is no program. Returns how far that came, in words; null where there was
 * nothing to do.
 */
async function bringSamples(
  samples: readonly ProgramVersion[],
  place: Pick<StackFile, 'region' | 'kinesisEndpoint' | 'dynamodbEndpoint' | 'coreDataStream' | 'tables'>,
  lambdas: Lambdas,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): Promise<string | null> {
  const table = connectProgramTable({
    region,
    endpoint: place.dynamodbEndpoint,
    tableName: place.tables.programs,
  });
  const stream = connectKinesisEventStream({
    region,
    endpoint: place.kinesisEndpoint,
    streamName: place.coreDataStream,
    requestTimeoutMs: 5_000,
  });
  try {
    const ids = await importSamples(samples, table, { stream, clock, random });
    if (ids.length === 0) return null;
    return (await lambdas.caughtUp(importTimeoutMs)) ? 'Imported' : 'Sent, and not taken yet:';
  } finally {
    await Promise.all([table.close(), stream.close()]);
  }
}

async function untilReady(adminUrl: string): Promise<void> {
  await waitFor(`the tracker to be ready (${adminUrl}/readyz says why it is not)`, () =>
    fetch(`${adminUrl}/readyz`, { signal: AbortSignal.timeout(1_000) }).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
}
