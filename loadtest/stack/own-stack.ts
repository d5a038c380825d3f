import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StackFile } from '@trackline/local/stack-file';
import { programUpdates } from '../traffic/programs.ts';
import type { StackCommand, StackOrder, StackWord } from './stack-messages.ts';

/** A stack that was started for one load, and ends with it. */
export interface OwnStack {
  readonly file: StackFile;
  /** What it is made of, for a person: `redis-server 7.0.15`, … */
  readonly parts: readonly string[];
  /** From now on the trackers can't reach Kinesis. */
  cutKinesis(): void;
  healKinesis(): void;
  /** From now on its trackers profile their CPU, where they were to. */
  beginProfile(): void;
  /** Ends it, and resolves when all of it has ended; `profiles` then has what the trackers left. */
  stop(): Promise<void>;
  /** CPU profiles (`.cpuprofile`) of its trackers; only after its end, and where it was to make some. */
  profiles(): string[];
}

export interface OwnStackOptions {
  /** A folder for all that it writes; it is made, and removed when the stack has ended. */
  readonly folder: string;
  readonly programs: number;
  readonly trackers: number;
  readonly profile: boolean;
  readonly say: (line: string) => void;
}

/**
 * Starts the embedded stack as a process of its own, with programs of its own.
 *
 * @throws Error with what it said, where it does not start
 */
export async function startOwnStack(options: OwnStackOptions): Promise<OwnStack> {
  const { folder, programs, trackers, profile, say } = options;
  const [state, profiles] = [join(folder, 'state'), join(folder, 'profiles')];
  const programsFile = join(folder, 'programs.json');
  mkdirSync(profiles, { recursive: true });
  writeFileSync(programsFile, JSON.stringify(programUpdates(programs)));
  const order: StackOrder = { state, programs: programsFile, trackers, profiles: profile ? profiles : null };
  const child = fork(fileURLToPath(new URL('./stack.main.ts', import.meta.url)), [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2_000);
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const ready = new Promise<Extract<StackWord, { kind: 'ready' }>>((resolve, reject) => {
    child.on('message', (word: StackWord) => {
      if (word.kind === 'ready') resolve(word);
      else if (word.kind === 'says') say(word.line);
      else said = word.message;
    });
    child.on('close', () =>
      reject(new Error(`The stack did not start: ${said.trim()} Its logs are in ${state}.`)),
    );
  });
  const command = (what: StackCommand) => void (child.connected && child.send(what));
  const { file, parts } = await ready;
  return {
    file,
    parts,
    cutKinesis: () => command('cut'),
    healKinesis: () => command('heal'),
    beginProfile: () => writeFileSync(join(profiles, 'begin'), ''),
    async stop() {
      command('stop');
      await ended;
      if (!profile) remove();
    },
    profiles() {
      const names = readdirSync(profiles).filter((name) => name.endsWith('.cpuprofile'));
      const texts = names.map((name) => readFileSync(join(profiles, name), 'utf8'));
      remove();
      return texts;
    },
  };
}
