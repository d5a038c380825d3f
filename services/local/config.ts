import { parseArgs } from 'node:util';
import { ConfigError, quietSdk, readEnvironment } from '@trackline/adapters/environment/environment';
import { formats } from '@trackline/adapters/environment/formats';
import { port, redisUrl } from '@trackline/adapters/environment/variables';
import Type from 'typebox';
import type { MappingSettings } from './event-source-mapping/mapping-settings.ts';

export const usage = `Usage: npm start -- [options]

Runs all of Trackline on this machine: trackers, Kinesis, DynamoDB, Redis and both Lambdas.

  --trackers N           how many trackers (default 1)
  --workers N|auto       how many processes each tracker has for its calls (default: TRACKLINE_WORKERS, or
                         else 1)
  --state DIR            where the state is kept (default .local)
  --redis auto|npm       auto: REDIS_URL, or redis-server or valkey-server on the PATH, or else the npm-only
                         one
  --dynamodb auto|dynalite
                         auto: DynamoDB Local where Java 17 is, or else dynalite
  --programs FILE        imported when there is no program yet (default examples/programs.json)
  --shards N             shards of the event stream, when it is created (default 2)
  --poll-ms N            how often the Lambdas' mappings poll (default 200; AWS: 1000)
  --window-ms N          how long they gather a batch (default 0, as AWS's)
  --batch-size N         how many records an invocation takes at most (default 10 of events, 100 of core
                         data; AWS: 100, at most 10000)
  --retries N|unlimited  how often a failed batch comes again before it is given up (default unlimited, as
                         AWS's)
  --record-age-s N|unlimited
                         how old a record of a failed batch may become (default unlimited, as AWS's; else
                         60 to 604800)
  --bisect yes|no        whether a batch that failed whole is halved (default yes; AWS: no)
  --help                 this

Environment: TRACKLINE_PORT (default 8080) and TRACKLINE_ADMIN_PORT (default 9090), 0 for free ones; each
further tracker takes ports that are 10 higher (8090 and 9100, …). REDIS_URL. TRACKLINE_RETENTION_DAYS: how
long events are kept. TRACKLINE_CLICK_LOOK_BACK_DAYS: how old a click may be when a transaction names it. Names
of tables and streams are the stack's own here, and not read. Every other TRACKLINE_ variable is the
tracker's.
`;

/** Where the state is, unless told otherwise; where the command line looks first. */
export const stateDefault = '.local';

const dayMs = 24 * 3_600_000;

const days = Type.Optional(Type.Integer({ minimum: 1, maximum: 36_500 }));

const schema = Type.Object({
  TRACKLINE_PORT: port(8080),
  TRACKLINE_ADMIN_PORT: port(9090),
  REDIS_URL: Type.Optional(redisUrl),
  TRACKLINE_RETENTION_DAYS: days,
  TRACKLINE_CLICK_LOOK_BACK_DAYS: days,
});

/** What somebody's shell may hold for the command line or for a Lambda, and no tracker knows. */
const notTrackers =
  /^TRACKLINE_(STACK|RETENTION_DAYS|CLICK_LOOK_BACK_DAYS|[A-Z_]+_TABLE|CORE_DATA_STREAM|ON_FAILURE.*)$/;

/** What an operator may choose of the mappings. */
export interface MappingNumbers
  extends Pick<
    MappingSettings,
    'pollEveryMs' | 'windowMs' | 'retriesMax' | 'recordAgeMaxMs' | 'bisectOnError'
  > {
  /** Undefined: each mapping's own. */
  readonly batchSize: number | undefined;
}

export interface StackConfig {
  readonly trackers: number;
  readonly state: string;
  readonly npmRedis: boolean;
  readonly dynalite: boolean;
  readonly programs: string;
  readonly shards: number;
  readonly mappings: MappingNumbers;
  readonly port: number;
  readonly adminPort: number;
  readonly redisUrl: string | undefined;
  /** How long events are kept; undefined: as the event-consumer has it. */
  readonly retentionMs: number | undefined;
  /** How old a click may be when a transaction names it; undefined: the event-consumer's default. */
  readonly clickLookBackMs: number | undefined;
  /** What trackers inherit: the environment, less what is not theirs. */
  readonly trackerEnvironment: Readonly<Record<string, string>>;
}

/**
 * Reads options and environment.
 *
 * @returns null where help was asked for
 * @throws ConfigError naming everything that is wrong
 */
export function readConfig(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): StackConfig | null {
  quietSdk(process.env);
  const options = readOptions(args);
  if (options.help) return null;
  const problems: string[] = [];
  const number = (name: string, text: string, min: number, max: number): number => {
    const value = Number(text);
    if (text === '' || !Number.isInteger(value) || value < min || value > max) {
      problems.push(`--${name} takes a whole number from ${min} to ${max}`);
    }
    return value;
  };
  /** In units; −1, as AWS says it, where there is no limit. */
  const limit = (name: string, text: string, min: number, max: number, unit: number): number => {
    if (text === 'unlimited') return -1;
    const value = Number(text);
    if (text === '' || !Number.isInteger(value) || value < min || value > max) {
      problems.push(`--${name} takes a whole number from ${min} to ${max}, or unlimited`);
    }
    return value * unit;
  };
  const path = (name: string, text: string): string => {
    if (text === '') problems.push(`--${name} takes a path`);
    return text;
  };
  const choice = (name: string, text: string, choices: readonly string[]): string => {
    if (!choices.includes(text)) problems.push(`--${name} takes ${choices.join(' or ')}`);
    return text;
  };
  const workers = (): string | undefined => {
    if (options.workers !== undefined && !formats.workers.test(options.workers)) {
      problems.push(`--workers takes ${formats.workers.words}`);
    }
    return options.workers;
  };
  const read = {
    trackers: number('trackers', options.trackers, 1, 16),
    shards: number('shards', options.shards, 1, 16),
    mappings: {
      pollEveryMs: number('poll-ms', options['poll-ms'], 10, 60_000),
      windowMs: number('window-ms', options['window-ms'], 0, 300_000),
      batchSize:
        options['batch-size'] === undefined
          ? undefined
          : number('batch-size', options['batch-size'], 1, 10_000),
      retriesMax: limit('retries', options.retries, 0, 10_000, 1),
      recordAgeMaxMs: limit('record-age-s', options['record-age-s'], 60, 604_800, 1_000),
      bisectOnError: choice('bisect', options.bisect, ['yes', 'no']) === 'yes',
    },
    npmRedis: choice('redis', options.redis, ['auto', 'npm']) === 'npm',
    state: path('state', options.state),
    programs: path('programs', options.programs),
    workers: workers(),
    dynalite: choice('dynamodb', options.dynamodb, ['auto', 'dynalite']) === 'dynalite',
  };
  if (problems.length > 0) throw new ConfigError([...problems, 'npm start -- --help tells all options']);
  // Not strict: what is the tracker's, the tracker judges.
  const env = readEnvironment(schema, environment, false);
  const { workers: chosen, ...others } = read;
  return {
    ...others,
    port: env.TRACKLINE_PORT,
    adminPort: env.TRACKLINE_ADMIN_PORT,
    redisUrl: env.REDIS_URL,
    retentionMs: inMs(env.TRACKLINE_RETENTION_DAYS),
    clickLookBackMs: inMs(env.TRACKLINE_CLICK_LOOK_BACK_DAYS),
    trackerEnvironment: {
      ...Object.fromEntries(
        Object.entries(environment).filter(
          (entry): entry is [string, string] => entry[1] !== undefined && !notTrackers.test(entry[0]),
        ),
      ),
      ...(chosen !== undefined && { TRACKLINE_WORKERS: chosen }),
    },
  };
}

function inMs(days: number | undefined): number | undefined {
  return days === undefined ? undefined : days * dayMs;
}

function readOptions(args: readonly string[]) {
  const text = (preset: string) => ({ type: 'string', default: preset }) as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        trackers: text('1'),
        workers: { type: 'string' },
        state: text(stateDefault),
        redis: text('auto'),
        dynamodb: text('auto'),
        programs: text('examples/programs.json'),
        shards: text('2'),
        'poll-ms': text('200'),
        'window-ms': text('0'),
        'batch-size': { type: 'string' },
        retries: text('unlimited'),
        'record-age-s': text('unlimited'),
        bisect: text('yes'),
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ConfigError([(error as Error).message, 'npm start -- --help tells all options']);
  }
}
