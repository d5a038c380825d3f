import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectProgramTable } from '@trackline/adapters/program-table/program-table.dynamodb';
import type { StackFile } from '@trackline/local/stack-file';
import { until } from '../test/helpers/until.ts';
import type { Interference } from './scenarios/scenario.ts';
import type { LoadSettings } from './settings.ts';
import { startOwnStack } from './stack/own-stack.ts';
import { programIds } from './traffic/programs.ts';

/** What a load is sent to. */
export interface Target {
  readonly urls: readonly string[];
  readonly programIds: readonly string[];
  /** Where its parts are; null where nobody knows, and so nothing can be audited. */
  readonly stack: StackFile | null;
  /** What it is made of, or why there is no audit: for a person. */
  readonly about: string;
  interfere(does: Interference['does']): void;
  beginProfile(): void;
  stop(): Promise<void>;
  /** CPU profiles, after its end. */
  profiles(): string[];
}

const programsKnownMs = 300_000;
const stackFileDefault = join('.local', 'stack.json');
/** Of `npm start`, where nobody says which programs there are. */
const samples = ['aurora-shoes', 'borealis-travel', 'cirrus-music', 'dusk-games'];

/** @throws Error in words, where there is none */
export async function openTarget(settings: LoadSettings, say: (line: string) => void): Promise<Target> {
  return settings.url === null ? ownStack(settings, say) : running(settings, settings.url);
}

async function ownStack(
  { programs, trackers, profile }: LoadSettings,
  say: (line: string) => void,
): Promise<Target> {
  say(`Starting a stack of its own, with ${programs} programs …`);
  const folder = join('.local', 'loadtest', `run-${process.pid}`);
  const stack = await startOwnStack({ folder, programs, trackers, profile, say });
  const ids = programIds(programs);
  try {
    await untilKnown(stack.file.trackerUrl, ids.at(-1)!);
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return {
    urls: stack.file.trackerUrls,
    programIds: ids,
    stack: stack.file,
    about: stack.parts.join(', '),
    interfere: (does) => stack[does](),
    beginProfile: stack.beginProfile,
    stop: stack.stop,
    profiles: profile ? stack.profiles : () => [],
  };
}

/**
 * The stack is ready before many programs have come through the core-data stream. They come in order: the last is
 * asked for, by a look that is no event.
 */
async function untilKnown(url: string, programId: string): Promise<void> {
  const look = `${url}/v1/events/${programId}?type=impression`;
  const known = async () => {
    const answer = await fetch(look, { headers: { 'sec-purpose': 'prefetch' } });
    await answer.arrayBuffer();
    // A paused one is known, too.
    return answer.status === 200 || answer.status === 410;
  };
  await until('the programs to be known to the tracker', known, programsKnownMs, 100);
}

async function running(settings: LoadSettings, url: string): Promise<Target> {
  const { stack, about } = stackOf(settings, url);
  await fetch(url, { method: 'OPTIONS', signal: AbortSignal.timeout(5_000) }).catch(() => {
    throw new Error(`Nobody answers at ${url}. Does the tracker run? "npm start" starts one.`);
  });
  const ids = settings.programIds ?? (stack === null ? samples : await programsOf(stack));
  if (ids.length === 0) throw new Error('The stack has no program that could be called.');
  return {
    urls: [url],
    programIds: ids,
    stack,
    about,
    interfere: () => {},
    beginProfile: () => {},
    stop: async () => {},
    profiles: () => [],
  };
}

function stackOf({ stackFile }: LoadSettings, url: string): Pick<Target, 'stack' | 'about'> {
  const file = stackFile ?? stackFileDefault;
  if (!existsSync(file)) {
    if (stackFile !== null) throw new Error(`There is no ${stackFile}.`);
    return { stack: null, about: `There is no ${file}, and no --stack: nothing can be audited.` };
  }
  const stack = JSON.parse(readFileSync(file, 'utf8')) as StackFile;
  if (!stack.trackerUrls.some((each) => new URL(each).port === new URL(url).port)) {
    const others = stack.trackerUrls.join(', ');
    if (stackFile !== null) throw new Error(`The stack of ${file} has ${others}, and not ${url}.`);
    return { stack: null, about: `${file} is of another stack (${others}): nothing can be audited.` };
  }
  return { stack, about: `the stack of ${file}` };
}

async function programsOf({ region, dynamodbEndpoint: endpoint, tables }: StackFile): Promise<string[]> {
  const table = connectProgramTable({ region, endpoint, tableName: tables.programs });
  try {
    const ids: string[] = [];
    for await (const { program } of table.all()) if (!program.deleted) ids.push(program.id);
    return ids.toSorted();
  } finally {
    await table.close();
  }
}
