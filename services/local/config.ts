import { parseArgs } from 'node:util';
import { ConfigError, quietSdk, readEnvironment } from '@trackline/adapters/environment/environment';
import { port, redisUrl } from '@trackline/adapters/environment/variables';
import Type from 'typebox';

export const usage = `Usage: npm start -- [options]

Runs all of Trackline on this machine: trackers, Kinesis, DynamoDB, Redis and both Lambdas.

  --trackers N           how many trackers (default 1)
  --state DIR            where the state is kept (default .local)
  --redis auto|npm       auto: REDIS_URL, or redis-server or valkey-server on the PATH, or else the npm-only one
  --dynamodb auto|dynalite
                         auto: DynamoDB Local where Java 17 is, or else dynalite
  --programs FILE        imported when there is no program yet (default examples/programs.json)
  --shards N             shards of the event stream, when it is created (default 2)
  --poll-ms N            how often the Lambdas' mappings poll (default 200; AWS: 1000)
  --window-ms N          how long they gather a batch (default 0, as AWS's)
  --help                 this

Environment: TRACKLINE_PORT (default 8080) and TRACKLINE_ADMIN_PORT (default 9090), 0 for free ones; a second tracker takes the
next but nine, and so on. REDIS_URL. Every other TRACKLINE_ variable is the tracker's own.
`;

const schema = Type.Object({
  TRACKLINE_PORT: port(8080),
  TRACKLINE_ADMIN_PORT: port(9090),
  REDIS_URL: Type.Optional(redisUrl),
});

export interface StackConfig {
  readonly trackers: number;
  readonly state: string;
  readonly npmRedis: boolean;
  readonly dynalite: boolean;
  readonly programs: string;
  readonly shards: number;
  readonly pollMs: number;
  readonly windowMs: number;
  readonly port: number;
  readonly adminPort: number;
  readonly redisUrl: string | undefined;
  /** What trackers inherit: the environment, less what is the command line's own. */
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
  const choice = (name: string, text: string, choices: readonly string[]): string => {
    if (!choices.includes(text)) problems.push(`--${name} takes ${choices.join(' or ')}`);
    return text;
  };
  const read = {
    trackers: number('trackers', options.trackers, 1, 16),
    shards: number('shards', options.shards, 1, 16),
    pollMs: number('poll-ms', options['poll-ms'], 10, 60_000),
    windowMs: number('window-ms', options['window-ms'], 0, 300_000),
    npmRedis: choice('redis', options.redis, ['auto', 'npm']) === 'npm',
    dynalite: choice('dynamodb', options.dynamodb, ['auto', 'dynalite']) === 'dynalite',
  };
  if (problems.length > 0) throw new ConfigError([...problems, 'npm start -- --help tells all options']);
  // Not strict: what is the tracker's, the tracker judges.
  const env = readEnvironment(schema, environment, false);
  return {
    ...read,
    state: options.state,
    programs: options.programs,
    port: env.TRACKLINE_PORT,
    adminPort: env.TRACKLINE_ADMIN_PORT,
    redisUrl: env.REDIS_URL,
    trackerEnvironment: Object.fromEntries(
      Object.entries(environment).filter(
        (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'TRACKLINE_STACK',
      ),
    ),
  };
}

function readOptions(args: readonly string[]) {
  const text = (preset: string) => ({ type: 'string', default: preset }) as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        trackers: text('1'),
        state: text('.local'),
        redis: text('auto'),
        dynamodb: text('auto'),
        programs: text('examples/programs.json'),
        shards: text('2'),
        'poll-ms': text('200'),
        'window-ms': text('0'),
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ConfigError([(error as Error).message, 'npm start -- --help tells all options']);
  }
}
