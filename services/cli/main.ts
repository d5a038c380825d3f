import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import { systemClock } from '@trackline/domain/clock';
import { CommanderError } from 'commander';
import { commandLine, type GlobalOptions, type Run } from './command-line.ts';
import type { Settings } from './config.ts';
import type { Parts } from './context.ts';
import { asFailure, exitCodes, Failure } from './failure.ts';
import { limits } from './limits.ts';
import pkg from './package.json' with { type: 'json' };
import { columns, say, show, terminalProgress } from './terminal.ts';

/**
 * The composition root: reads the command line, connects what the command asks for, shows what it answers,
 * and closes.
 *
 * @param words the arguments, without node and script
 * @returns the exit code
 */
export async function main(words: readonly string[]): Promise<number> {
  // The clock's timers keep no process alive, but a command under way must.
  const alive = setInterval(() => {}, 2 ** 30);
  const help: string[] = [];
  let exitCode: number = exitCodes.done;
  const line = commandLine(
    pkg.version,
    (text) => help.push(text),
    async (command) => {
      exitCode = await carryOut(command, line.opts<GlobalOptions>());
    },
  );
  try {
    await line.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    return await complain(error, help);
  } finally {
    clearInterval(alive);
  }
}

async function carryOut(command: Parameters<Run>[0], { stack, json }: GlobalOptions): Promise<number> {
  const { parts, source, close } = connectParts(stack);
  const progress = terminalProgress();
  try {
    const answer = await command({ parts, clock: systemClock, random: Math.random, progress: progress.show });
    progress.end();
    await show(json ? { json: answer.json } : { text: answer.text(columns()) });
    if (answer.finding === undefined) return exitCodes.done;
    await say(answer.finding);
    return exitCodes.failed;
  } catch (error) {
    progress.end();
    throw asFailure(error, source());
  } finally {
    await close();
  }
}

/**
 * Help that was asked for goes to stdout. All else that ends a command early goes to stderr: one line, and
 * details below it.
 */
async function complain(error: unknown, help: readonly string[]): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) {
      await show({ text: help.join('').trimEnd() });
      return exitCodes.done;
    }
    const mistake = error.message.replace(/^error: /, '').replaceAll('\n', ' ');
    await say(
      error.code === 'commander.help'
        ? 'A command is missing; --help names them.'
        : `${mistake} (--help tells more)`,
    );
    return exitCodes.usage;
  }
  const failure = asFailure(error, 'the configuration');
  await say(failure.message);
  for (const detail of failure.details) await say(`  ${detail}`);
  return failure.exitCode;
}

/** The parts, none of which is connected, nor even loaded, before a command asks for it. */
function connectParts(stackFile: string | undefined) {
  let settings: Settings | undefined;
  const connected: Promise<{ close(): Promise<void> }>[] = [];
  const streams = new Map<string, () => Promise<EventStream>>();

  function once<T extends { close(): Promise<void> }>(connect: (settings: Settings) => Promise<T>) {
    let part: Promise<T> | undefined;
    return () => {
      if (part) return part;
      part = find().then(connect);
      connected.push(part);
      return part;
    };
  }
  async function find(): Promise<Settings> {
    const { readSettings } = await import('./config.ts');
    settings ??= readSettings(stackFile);
    return settings;
  }
  const dynamoDb = (of: Settings, tableName: string) => ({
    tableName,
    region: of.region,
    endpoint: of.dynamodbEndpoint,
  });

  const parts: Parts = {
    programTable: once(async (of) => {
      const { connectProgramTable } = await import(
        '@trackline/adapters/program-table/program-table.dynamodb'
      );
      return connectProgramTable(dynamoDb(of, of.tables.programs));
    }),
    coreDataStream: async () => parts.stream((await find()).coreDataStream),
    stream(name) {
      const known = streams.get(name);
      if (known) return known();
      const connect = once(async ({ region, kinesisEndpoint: endpoint }) => {
        const { connectKinesisEventStream } = await import(
          '@trackline/adapters/event-stream/event-stream.kinesis'
        );
        const requestTimeoutMs = limits.putTimeoutMs;
        return connectKinesisEventStream({ streamName: name, region, endpoint, requestTimeoutMs });
      });
      streams.set(name, connect);
      return connect();
    },
    programStoreReader: once(async (of) => {
      const { connectProgramStoreReader } = await import(
        '@trackline/adapters/program-store/program-store.redis'
      );
      return connectProgramStoreReader({ ...redis(of), waitsForConnection: true });
    }),
    programStoreWriter: once(async (of) => {
      const { connectProgramStoreWriter } = await import(
        '@trackline/adapters/program-store/program-store.redis'
      );
      return connectProgramStoreWriter(redis(of));
    }),
    trackingEvents: once(async (of) => {
      const { connectTrackingEvents } = await import(
        '@trackline/adapters/event-store/tracking-events.dynamodb'
      );
      const target = dynamoDb(of, of.tables.trackingEvents);
      return connectTrackingEvents({ ...target, clock: systemClock, random: Math.random });
    }),
    eraser: once(async (of) => {
      const { connectEraser } = await import('@trackline/adapters/event-store/erase-visitor.dynamodb');
      return connectEraser({ ...dynamoDb(of, of.tables.trackingEvents), clock: systemClock });
    }),
    transactions: once(async (of) => {
      const { connectTransactions } = await import('@trackline/adapters/event-store/transactions.dynamodb');
      const clicks = await parts.trackingEvents();
      const target = dynamoDb(of, of.tables.transactions);
      return connectTransactions({ ...target, clicks, clock: systemClock, random: Math.random });
    }),
    ledger: once(async (of) => {
      const { connectLedger } = await import('@trackline/adapters/event-store/ledger.dynamodb');
      return connectLedger(dynamoDb(of, of.tables.ledger));
    }),
    deadLetters: once(async (of) => {
      const { connectDeadLetters } = await import('@trackline/adapters/event-store/dead-letters.dynamodb');
      return connectDeadLetters(dynamoDb(of, of.tables.deadLetters));
    }),
    async onFailure() {
      const folder = onFailureFolderOf(await find());
      return (await import('@trackline/adapters/on-failure/on-failure.folder')).onFailureFolder(folder);
    },
    async keyring(file) {
      const { readKeyringSource } = await import('./config.ts');
      const { loadKeyring } = await import('@trackline/adapters/keyring/keyring.file');
      const named = file === undefined ? readKeyringSource() : { file };
      const { keyring, problems } = loadKeyring(named ?? { file: (await find()).keyringFile });
      if (problems.length === 0) return keyring;
      throw new Failure(`The keyring can't be used: ${problems.join('; ')}.`, { exitCode: exitCodes.config });
    },
    trackerUrl: async () => (await find()).trackerUrl,
  };
  return {
    parts,
    /** Where addresses and names were found, for messages. */
    source: () => settings?.source ?? 'the configuration',
    async close() {
      // One that could not be connected has told so already.
      for (const part of await Promise.allSettled(connected)) {
        if (part.status === 'fulfilled') await part.value.close();
      }
    },
  };
}

function redis({ redisUrl, source }: Settings) {
  if (redisUrl === undefined) {
    const message = `The program store is not known: REDIS_URL is not set in ${source}. Set it, or wait for nothing: --no-wait.`;
    throw new Failure(message, {
      exitCode: exitCodes.config,
    });
  }
  return { url: redisUrl, commandTimeoutMs: limits.storeCommandTimeoutMs };
}

function onFailureFolderOf({ onFailureFolder, source }: Settings): string {
  if (onFailureFolder !== undefined) return onFailureFolder;
  throw new Failure(
    `${source} names no folder of batches that were given up; on AWS they are in the on-failure destination of the event-source mapping, an S3 bucket.`,
    { exitCode: exitCodes.config },
  );
}
