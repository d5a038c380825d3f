import { BlockList, isIP } from 'node:net';
import { hostname } from 'node:os';
import { ConfigError, readEnvironment } from '@trackline/adapters/environment/environment';
import Type from 'typebox';
import { contradictions, limits } from './limits.ts';

const port = (preset: number) => Type.Integer({ minimum: 0, maximum: 65_535, default: preset });
const positive = (preset: number) => Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, default: preset });
const atLeastZero = (preset: number) => Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, default: preset });

/** The tracker's variables, with their defaults. `AWS_*` and `REDIS_URL` keep the names that everybody knows. */
const schema = Type.Object({
  AWS_REGION: Type.String({ minLength: 1 }),
  AWS_ENDPOINT_URL_KINESIS: Type.Optional(Type.String({ pattern: '^https?://' })),
  REDIS_URL: Type.String({ pattern: '^rediss?://' }),
  TRACKLINE_EVENT_STREAM: Type.String({ pattern: '^[a-zA-Z0-9_.-]{1,128}$' }),
  TRACKLINE_INSTANCE: Type.Optional(Type.String({ maxLength: 64 })),
  TRACKLINE_HOST: Type.String({ default: '127.0.0.1' }),
  TRACKLINE_PORT: port(8080),
  TRACKLINE_ADMIN_HOST: Type.String({ default: '127.0.0.1' }),
  TRACKLINE_ADMIN_PORT: port(9090),
  TRACKLINE_TRUST_PROXY: Type.Optional(Type.String()),
  TRACKLINE_UNKNOWABLE: Type.Enum(['accept', 'refuse'], { default: 'accept' }),
  TRACKLINE_LOG_LEVEL: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }),
  TRACKLINE_PROGRAM_CACHE_ENTRIES: positive(100_000),
  TRACKLINE_PROGRAM_CACHE_TTL_MS: positive(600_000),
  TRACKLINE_PROGRAM_CACHE_STALE_MS: atLeastZero(86_400_000),
  TRACKLINE_NEGATIVE_CACHE_TTL_MS: positive(5_000),
  TRACKLINE_REDIS_TIMEOUT_MS: positive(50),
  TRACKLINE_SPOOL_BYTES: positive(256 * 1024 * 1024),
  TRACKLINE_DRAIN_DELAY_MS: atLeastZero(5_000),
  TRACKLINE_DRAIN_TIMEOUT_MS: positive(20_000),
  TRACKLINE_STATEMENT_EVERY_MS: positive(10_000),
});

export type TrackerConfig = Readonly<ReturnType<typeof readConfig>>;

/**
 * Reads the configuration.
 *
 * @throws ConfigError naming every bad variable at once
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env) {
  const env = readEnvironment(schema, environment);
  const config = {
    region: env.AWS_REGION,
    kinesisEndpoint: env.AWS_ENDPOINT_URL_KINESIS,
    redisUrl: env.REDIS_URL,
    eventStream: env.TRACKLINE_EVENT_STREAM,
    instance: env.TRACKLINE_INSTANCE ?? hostname().slice(0, 64),
    host: env.TRACKLINE_HOST,
    port: env.TRACKLINE_PORT,
    adminHost: env.TRACKLINE_ADMIN_HOST,
    adminPort: env.TRACKLINE_ADMIN_PORT,
    trustProxy: (env.TRACKLINE_TRUST_PROXY ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
    acceptsUnverified: env.TRACKLINE_UNKNOWABLE === 'accept',
    logLevel: env.TRACKLINE_LOG_LEVEL,
    programCacheEntries: env.TRACKLINE_PROGRAM_CACHE_ENTRIES,
    programCacheTtlMs: env.TRACKLINE_PROGRAM_CACHE_TTL_MS,
    programCacheStaleMs: env.TRACKLINE_PROGRAM_CACHE_STALE_MS,
    negativeCacheTtlMs: env.TRACKLINE_NEGATIVE_CACHE_TTL_MS,
    redisTimeoutMs: env.TRACKLINE_REDIS_TIMEOUT_MS,
    spoolBytes: env.TRACKLINE_SPOOL_BYTES,
    drainDelayMs: env.TRACKLINE_DRAIN_DELAY_MS,
    drainTimeoutMs: env.TRACKLINE_DRAIN_TIMEOUT_MS,
    statementEveryMs: env.TRACKLINE_STATEMENT_EVERY_MS,
  };
  const problems = [...config.trustProxy.flatMap(proxyProblem), ...contradictions(limits, config)];
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(config);
}

/** Proxies are named by address or network. A network of everybody would let every caller choose its own address. */
function proxyProblem(network: string): string[] {
  const [address = '', bits] = network.split('/');
  const family = isIP(address);
  const named = 'TRACKLINE_TRUST_PROXY: ';
  if (family === 0) return [`${named}must be a list of addresses or networks (CIDR), such as 10.0.0.0/8`];
  if (bits === undefined) return [];
  try {
    new BlockList().addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  } catch {
    return [`${named}has a network whose length can’t be`];
  }
  return Number(bits) === 0 ? [`${named}must not trust every address`] : [];
}
