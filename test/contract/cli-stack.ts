import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { onFailureFolder } from '@trackline/adapters/on-failure/on-failure.folder';
import type { StackFile } from '@trackline/local/stack-file';
import { expect } from 'vitest';
import { kinesisRecord } from '../helpers/kinesis-records.ts';
import {
  type Finished,
  ownEnvironment,
  type RunningStack,
  repositoryRoot,
  startStack,
  stateFolder,
} from '../helpers/stack.ts';

interface RunOptions {
  readonly input?: string;
  readonly environment?: Record<string, string>;
  readonly cwd?: string;
  /** Whoever reads stdout goes away at once, as `head` does. */
  readonly closesStdout?: boolean;
}

/** Runs the command line as a process of its own. */
export function run(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { input = '', environment = {}, cwd = repositoryRoot, closesStdout = false } = options;
  const child = spawn(process.execPath, [join(repositoryRoot, 'services/cli/bin/trackline.mjs'), ...args], {
    cwd,
    env: { ...ownEnvironment(), ...environment },
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  if (closesStdout) child.stdout.destroy();
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code, ...said }));
  });
}

/** What a command says that must fail: one line on stderr, nothing on stdout. */
export async function failure(finished: Promise<Finished>, exitCode: number): Promise<string> {
  const { code, stdout, stderr } = await finished;
  expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({
    code: exitCode,
    stdout: '',
    lines: 2,
  });
  return stderr.trimEnd();
}

/** A running stack, and the command line against it. */
export class CliStack {
  readonly stack: RunningStack;
  readonly file: StackFile;
  readonly path: string;
  /** A folder for files of the tests. */
  readonly folder = mkdtempSync(join(tmpdir(), 'trackline-cli-'));
  readonly kinesis: KinesisClient;
  readonly #removeState: () => void;

  static async start(): Promise<CliStack> {
    const state = stateFolder();
    // dynalite: the DynamoDB that keeps up with an import on any disk (page 5 of the decisions).
    const stack = await startStack(state.path, ['--dynamodb', 'dynalite']);
    return new CliStack(stack, join(state.path, 'stack.json'), state.remove);
  }

  constructor(stack: RunningStack, path: string, removeState: () => void) {
    this.stack = stack;
    this.file = stack.file;
    this.path = path;
    this.#removeState = removeState;
    this.kinesis = new KinesisClient({
      endpoint: stack.file.kinesisEndpoint,
      region: stack.file.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      requestHandler: new NodeHttpHandler(),
    });
  }

  trackline(...args: string[]): Promise<Finished> {
    return run(['--stack', this.path, ...args]);
  }

  /** The document of a command that must succeed, and say nothing on stderr. */
  async document<T>(...args: string[]): Promise<T> {
    const { code, stdout, stderr } = await this.trackline(...args, '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as T;
  }

  /** Puts a record as it is, by the AWS SDK alone. */
  async put(stream: string, partitionKey: string, data: Uint8Array): Promise<void> {
    await this.kinesis.send(
      new PutRecordCommand({ StreamName: stream, PartitionKey: partitionKey, Data: data }),
    );
  }

  /** Has the core-data stream's mapping give up a batch of this one record. */
  async giveUp(data: Uint8Array): Promise<void> {
    await onFailureFolder(this.file.onFailure).put({
      mapping: 'core-data-updater',
      shardId: 'shardId-000000000000',
      condition: 'RetryAttemptsExhausted',
      invokeCount: 21,
      atMs: Date.now(),
      records: [kinesisRecord(data, 1, this.file.coreDataStream)],
    });
  }

  async stop(): Promise<void> {
    this.kinesis.destroy();
    await this.stack.stop();
    this.#removeState();
    rmSync(this.folder, { recursive: true });
  }
}
