import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { quietSdk, readEnvironment } from '@trackline/adapters/environment/environment';
import {
  awsRegion,
  endpoint,
  redisUrl,
  streamName,
  tableName,
} from '@trackline/adapters/environment/variables';
import { streamDefaultNames } from '@trackline/adapters/event-stream/streams';
import type { KeyringSource } from '@trackline/adapters/keyring/keyring.file';
import Type from 'typebox';
import { asFailure, exitCodes, Failure } from './failure.ts';

/** Where the parts of the system are, and what they are called. */
export interface Settings {
  /** Where this was found: a stack file's path, or the environment. For messages. */
  readonly source: string;
  readonly region: string;
  readonly kinesisEndpoint: string | undefined;
  readonly dynamodbEndpoint: string | undefined;
  readonly redisUrl: string | undefined;
  readonly coreDataStream: string;
  readonly tables: Readonly<Record<CliTable, string>>;
  /** Where clicks and impressions go; undefined where only those who deployed it know. */
  readonly trackerUrl: string | undefined;
  /** The file with the signing keys, where the stack has one. */
  readonly keyringFile: string | undefined;
  /** The folder of the batches that failed for good, where the stack has one. */
  readonly onFailureFolder: string | undefined;
}

/** The tables that a command may read. */
type CliTable = 'programs' | 'trackingEvents' | 'transactions' | 'ledger' | 'deadLetters';

type Environment = Readonly<Record<string, string | undefined>>;

const name = Type.String({ minLength: 1 });

/** What of `stack.json` is read here, by its path in the file; the stack says more of itself. */
const stackSchema = Type.Object({
  region: name,
  kinesisEndpoint: endpoint,
  dynamodbEndpoint: endpoint,
  redisUrl,
  coreDataStream: name,
  'tables.programs': name,
  'tables.trackingEvents': name,
  'tables.transactions': name,
  'tables.ledger': name,
  'tables.deadLetters': name,
  onFailure: Type.Optional(name),
  trackerUrl: Type.Optional(endpoint),
  keyring: Type.Optional(name),
});

/** The variables that say the same where there is no stack file: a deployment on AWS. */
const environmentSchema = Type.Object({
  AWS_REGION: awsRegion,
  AWS_ENDPOINT_URL_KINESIS: Type.Optional(endpoint),
  AWS_ENDPOINT_URL_DYNAMODB: Type.Optional(endpoint),
  REDIS_URL: Type.Optional(redisUrl),
  TRACKLINE_CORE_DATA_STREAM: streamName(streamDefaultNames.coreData),
  TRACKLINE_PROGRAMS_TABLE: tableName('programs'),
  TRACKLINE_TRACKING_EVENTS_TABLE: tableName('trackingEvents'),
  TRACKLINE_TRANSACTIONS_TABLE: tableName('transactions'),
  TRACKLINE_LEDGER_TABLE: tableName('ledger'),
  TRACKLINE_DEAD_LETTERS_TABLE: tableName('deadLetters'),
});

/** The keyring, where the environment names one; it goes before that of a stack file. */
const keyringSchema = Type.Object({
  TRACKLINE_KEYRING_FILE: Type.Optional(name),
  TRACKLINE_KEYRING: Type.Optional(name),
});

/** Where the environment has a keyring; null where it names none. */
export function readKeyringSource(environment: Environment = process.env): KeyringSource | null {
  const env = readEnvironment(keyringSchema, environment, false);
  const { TRACKLINE_KEYRING_FILE: file, TRACKLINE_KEYRING: text } = env;
  return file === undefined && text === undefined ? null : { file, text };
}

/**
 * Finds the system: the stack file that `--stack` names, else that of `TRACKLINE_STACK`, else
 * `.local/stack.json` in this folder or one above it, else the environment.
 *
 * @throws Failure with exit code 78 that names what is wrong, and where
 */
export function readSettings(
  stackFile: string | undefined,
  environment: Environment = process.env,
  folder = process.cwd(),
): Settings {
  quietSdk(process.env);
  const named = stackFile ?? (environment.TRACKLINE_STACK || undefined);
  const path = named === undefined ? stackFileAbove(folder) : resolve(folder, named);
  if (path !== null) return fromStackFile(path);
  if (!environment.AWS_REGION) {
    throw new Failure(
      'No system to talk to: there is no .local/stack.json here or above (start one with "npm start", or name it with --stack), and AWS_REGION is not set.',
      { exitCode: exitCodes.config },
    );
  }
  return fromEnvironment(environment);
}

function stackFileAbove(folder: string): string | null {
  const path = join(folder, '.local', 'stack.json');
  if (existsSync(path)) return path;
  const above = dirname(folder);
  return above === folder ? null : stackFileAbove(above);
}

function fromStackFile(path: string): Settings {
  const file = readJson(path);
  try {
    const stack = readEnvironment(stackSchema, textsByPath(file), false);
    return Object.freeze({
      source: path,
      region: stack.region,
      kinesisEndpoint: stack.kinesisEndpoint,
      dynamodbEndpoint: stack.dynamodbEndpoint,
      redisUrl: stack.redisUrl,
      coreDataStream: stack.coreDataStream,
      tables: {
        programs: stack['tables.programs'],
        trackingEvents: stack['tables.trackingEvents'],
        transactions: stack['tables.transactions'],
        ledger: stack['tables.ledger'],
        deadLetters: stack['tables.deadLetters'],
      },
      onFailureFolder: besideStackFile(path, stack.onFailure),
      trackerUrl: stack.trackerUrl,
      keyringFile: besideStackFile(path, stack.keyring),
    });
  } catch (error) {
    throw asFailure(error, path);
  }
}

/** A path of the stack file, which may be relative to it. */
function besideStackFile(stackFile: string, path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(dirname(stackFile), path);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure(`The stack file can't be read: ${path}: ${(error as Error).message}`, {
      exitCode: exitCodes.config,
    });
  }
}

/** The texts in a JSON value by their paths, `tables.programs`, so that they are checked as variables are. */
function textsByPath(value: unknown, path = ''): Record<string, string> {
  if (typeof value === 'string') return { [path]: value };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  const inside = path === '' ? '' : `${path}.`;
  return Object.assign({}, ...Object.entries(value).map(([key, each]) => textsByPath(each, inside + key)));
}

function fromEnvironment(environment: Environment): Settings {
  const source = 'the environment';
  try {
    // A person's shell may hold variables for other services, so that an unknown one of ours is no mistake.
    const env = readEnvironment(environmentSchema, environment, false);
    return Object.freeze({
      source,
      region: env.AWS_REGION,
      kinesisEndpoint: env.AWS_ENDPOINT_URL_KINESIS,
      dynamodbEndpoint: env.AWS_ENDPOINT_URL_DYNAMODB,
      redisUrl: env.REDIS_URL,
      coreDataStream: env.TRACKLINE_CORE_DATA_STREAM,
      tables: {
        programs: env.TRACKLINE_PROGRAMS_TABLE,
        trackingEvents: env.TRACKLINE_TRACKING_EVENTS_TABLE,
        transactions: env.TRACKLINE_TRANSACTIONS_TABLE,
        ledger: env.TRACKLINE_LEDGER_TABLE,
        deadLetters: env.TRACKLINE_DEAD_LETTERS_TABLE,
      },
      onFailureFolder: undefined,
      trackerUrl: undefined,
      keyringFile: undefined,
    });
  } catch (error) {
    throw asFailure(error, source);
  }
}
