import { isIPv6 } from 'node:net';
import { ConfigError, readEnvironment } from '@trackline/adapters/environment/environment';
import { type FormatName, workersMax } from '@trackline/adapters/environment/formats';
import {
  awsRegion,
  endpoint,
  logLevel,
  port,
  redisUrl,
  streamName,
} from '@trackline/adapters/environment/variables';
import Type, { type Static } from 'typebox';
import { readCorsOrigins } from './http/cors.ts';
import { readTrustedProxies } from './http/request/trusted-proxies.ts';
import { visitorDaysMax } from './http/request/visitor.ts';
import { contradictions, limits } from './limits.ts';
import { loadNamedFiles, type NamedFiles } from './named-files.ts';
import type { DurabilitySettings } from './shipping/durability.ts';

const GiB = 1024 ** 3;
const ms = (minimum: number, usual: number, maximum = 366 * 24 * 3_600_000) =>
  Type.Integer({ minimum, maximum, default: usual });

/** Every variable that the tracker reads, with its bounds and its usual value. */
export const schema = Type.Object({
  TRACKLINE_HOST: Type.String({ default: '127.0.0.1' }),
  TRACKLINE_PORT: port(8080),
  TRACKLINE_ADMIN_HOST: Type.String({ default: '127.0.0.1' }),
  TRACKLINE_ADMIN_PORT: port(9090),

  AWS_REGION: awsRegion,
  AWS_ENDPOINT_URL_KINESIS: Type.Optional(endpoint),
  TRACKLINE_EVENT_STREAM: streamName(),
  REDIS_URL: redisUrl,

  /** How this tracker is named in events, statements and logs; else its host and process. */
  TRACKLINE_INSTANCE: Type.Optional(Type.String({ pattern: '^[!-~]{1,128}$' })),
  /** What becomes of impressions on a program that can't be known. */
  TRACKLINE_UNKNOWABLE: Type.Enum(['accept', 'refuse'], { default: 'accept' }),
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed, comma-separated. */
  TRACKLINE_TRUST_PROXY: Type.String({ default: '' }),
  /** Whose pages' scripts may read the answers: origins, comma-separated, or `*`. */
  TRACKLINE_CORS_ORIGINS: Type.String({ default: '' }),
  TRACKLINE_LOG_LEVEL: logLevel,
  /** How many processes share the public port; `auto`: one for each core that is ours. */
  TRACKLINE_WORKERS: Type.String({ format: 'workers' satisfies FormatName, default: '1' }),

  /** The signing keys: a file of JSON, or the JSON itself. */
  TRACKLINE_KEYRING_FILE: Type.Optional(Type.String({ minLength: 1 })),
  TRACKLINE_KEYRING: Type.Optional(Type.String({ minLength: 1 })),

  /** What holds where a call says nothing of consent. */
  TRACKLINE_CONSENT_WITHOUT_SIGNAL: Type.Enum(['granted', 'denied'], { default: 'granted' }),
  /** Our id on the Global Vendor List; without it, the purposes of a TCF string alone decide. */
  TRACKLINE_TCF_VENDOR_ID: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
  TRACKLINE_VISITOR_COOKIE: Type.Enum(['on', 'partitioned', 'off'], { default: 'on' }),
  TRACKLINE_VISITOR_COOKIE_DAYS: Type.Integer({
    minimum: 1,
    maximum: visitorDaysMax,
    default: visitorDaysMax,
  }),
  /** The IAB's list of spiders and bots, beside the patterns that are built in. */
  TRACKLINE_IAB_BOTS_FILE: Type.Optional(Type.String({ minLength: 1 })),

  /** Calls a second, on one program and from one address; 0 is no limit. */
  TRACKLINE_RATE_LIMIT_PROGRAM: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
  TRACKLINE_RATE_LIMIT_ADDRESS: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),

  TRACKLINE_PROGRAM_CACHE_ENTRIES: Type.Integer({ minimum: 1, maximum: 10_000_000, default: 100_000 }),
  TRACKLINE_PROGRAM_CACHE_TTL_MS: ms(1, 600_000),
  /** 0: nothing is served past its TTL. */
  TRACKLINE_PROGRAM_CACHE_STALE_MS: ms(0, 86_400_000),
  /** Where its announcement went astray, a created program stays unknown for so long. */
  TRACKLINE_NEGATIVE_CACHE_TTL_MS: ms(1, 5_000, 60_000),
  TRACKLINE_REDIS_TIMEOUT_MS: ms(1, 50),

  /** Where accepted events wait on the disk; each tracker takes a folder of its own in it. */
  TRACKLINE_SPOOL_DIR: Type.Optional(Type.String({ minLength: 1 })),
  /** What the spool may hold: on the disk, or in memory where there is no folder. */
  TRACKLINE_SPOOL_BYTES: Type.Optional(Type.Integer({ minimum: 1, maximum: 16 * 1024 * GiB })),
  /** What the answer to a call waits for. `stream` only where sending it again is harmless. */
  TRACKLINE_DURABILITY_IMPRESSION: Type.Enum(['memory', 'disk'], { default: 'disk' }),
  TRACKLINE_DURABILITY_CLICK: Type.Enum(['memory', 'disk'], { default: 'disk' }),
  TRACKLINE_DURABILITY_TRANSACTION: Type.Enum(['memory', 'disk', 'stream'], { default: 'disk' }),
  /** Of the events of a batch; without, each event's own. */
  TRACKLINE_DURABILITY_BATCH: Type.Optional(Type.Enum(['memory', 'disk', 'stream'])),
  /** How long calls are still taken after the signal, until load balancers have noticed. */
  TRACKLINE_DRAIN_DELAY_MS: ms(0, 5_000, 3_600_000),
  TRACKLINE_DRAIN_TIMEOUT_MS: ms(1, 20_000, 3_600_000),
  /**
   * The ledger takes a writer that has said nothing for a minute for one that has died (domain/ledger.ts).
   */
  TRACKLINE_STATEMENT_EVERY_MS: ms(1, 10_000, 20_000),
});

type Variables = Readonly<Static<typeof schema>>;

/** What the variables say, and what those that name a file have in it: read once, so that it is what was checked. */
export type TrackerConfig = Variables &
  Pick<NamedFiles, 'keyring' | 'iabList'> & { readonly TRACKLINE_SPOOL_BYTES: number };

const spoolBytesOnDisk = 8 * GiB;
const spoolBytesInMemory = GiB / 4;

/**
 * Reads the configuration.
 *
 * @throws ConfigError naming every variable that can't be used, and every contradiction with limits.ts
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): TrackerConfig {
  const { keyring, iabList, problems: ofFiles } = loadNamedFiles(environment);
  const problems = [
    ...named('TRACKLINE_TRUST_PROXY', readTrustedProxies(environment.TRACKLINE_TRUST_PROXY ?? '').problems),
    ...named('TRACKLINE_CORS_ORIGINS', readCorsOrigins(environment.TRACKLINE_CORS_ORIGINS ?? '').problems),
    ...ofFiles,
  ];
  try {
    const config = withSpoolBytes(readEnvironment(schema, environment));
    problems.push(...contradictions(limits, config), ...withoutFolder(config), ...withoutRoom(config));
    if (problems.length === 0) return Object.freeze({ ...config, keyring, iabList });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.unshift(...error.problems);
  }
  throw new ConfigError(problems);
}

/** The durability of each event type, and of batches where it is to be another. */
export function durabilityIn(config: Variables): DurabilitySettings {
  return {
    impression: config.TRACKLINE_DURABILITY_IMPRESSION,
    click: config.TRACKLINE_DURABILITY_CLICK,
    transaction: config.TRACKLINE_DURABILITY_TRANSACTION,
    batch: config.TRACKLINE_DURABILITY_BATCH ?? null,
  };
}

/**
 * How many processes take calls.
 *
 * @param cores what the machine has for this process
 */
export function workersIn(config: Pick<Variables, 'TRACKLINE_WORKERS'>, cores: number): number {
  return config.TRACKLINE_WORKERS === 'auto' ? Math.min(cores, workersMax) : Number(config.TRACKLINE_WORKERS);
}

/** Where the admin port is, by its name and not by the address that it has. */
export function adminUrlIn(config: Pick<Variables, 'TRACKLINE_ADMIN_HOST' | 'TRACKLINE_ADMIN_PORT'>): string {
  const { TRACKLINE_ADMIN_HOST: host, TRACKLINE_ADMIN_PORT: port } = config;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function withSpoolBytes(config: Variables) {
  const usual = config.TRACKLINE_SPOOL_DIR === undefined ? spoolBytesInMemory : spoolBytesOnDisk;
  return { ...config, TRACKLINE_SPOOL_BYTES: config.TRACKLINE_SPOOL_BYTES ?? usual };
}

/** Without a folder there is only `memory`, and whoever wants that says so. */
function withoutFolder(config: Variables): string[] {
  const beyondMemory = Object.values(durabilityIn(config)).some((each) => each !== null && each !== 'memory');
  if (config.TRACKLINE_SPOOL_DIR !== undefined || !beyondMemory) return [];
  return [
    'TRACKLINE_SPOOL_DIR: must be set, for events to wait on the disk; without it, set TRACKLINE_DURABILITY_IMPRESSION, ' +
      'TRACKLINE_DURABILITY_CLICK and TRACKLINE_DURABILITY_TRANSACTION to memory, and TRACKLINE_DURABILITY_BATCH to nothing else',
  ];
}

/** A segment counts whole until a new one is begun, also where all of it is on the stream. */
function withoutRoom({
  TRACKLINE_SPOOL_DIR: folder,
  TRACKLINE_SPOOL_BYTES: bytesMax,
}: ReturnType<typeof withSpoolBytes>): string[] {
  const leastBytes = 2 * limits.spoolSegmentBytes;
  if (folder === undefined || bytesMax >= leastBytes) return [];
  return [
    `TRACKLINE_SPOOL_BYTES (${bytesMax}) must be at least ${leastBytes} on a disk: there must be room for two segments`,
  ];
}

function named(variable: string, problems: readonly string[]): string[] {
  return problems.map((problem) => `${variable}: ${problem}`);
}

/** The environment of this process: the one place that looks at it. */
export function processConfig(): TrackerConfig {
  return readConfig(process.env);
}
