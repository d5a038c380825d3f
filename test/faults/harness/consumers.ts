import { join } from 'node:path';
import type { LambdasOptions } from '@trackline/local/lambdas';
import { Child, type ChildMessage } from './child.ts';

type Stack = LambdasOptions['stack'];

/** Where the consumers find everything. */
export interface ConsumersPlace extends Stack {
  /** The folder of the checkpoints, which outlive a life. */
  readonly state: string;
  /** Undefined: each mapping's own. */
  readonly batchSize?: number | undefined;
}

export interface Question {
  readonly id: number;
  readonly ask: 'caughtUp' | 'rebuild';
  readonly timeoutMs: number;
}

interface Reply extends ChildMessage {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

const program = join(import.meta.dirname, 'consumers.main.ts');

/**
 * Both consumers under the real mapping, in a process of their own: of several lives, each of which goes on
 * from the checkpoints of the one before.
 */
export class Consumers {
  readonly #place: ConsumersPlace;
  #life: Child | null = null;
  #asked = 0;
  readonly #asking = new Map<number, (reply: Reply) => void>();

  constructor(place: ConsumersPlace) {
    this.#place = place;
  }

  get isRunning(): boolean {
    return this.#life?.isRunning ?? false;
  }

  /** @param elsewhere what this life finds elsewhere, such as a proxy before DynamoDB */
  async start(elsewhere: Partial<ConsumersPlace> = {}): Promise<void> {
    this.#life = new Child({
      name: 'the consumers',
      program,
      args: [JSON.stringify({ ...this.#place, ...elsewhere })],
      readyKind: 'ready',
      logFile: join(this.#place.state, 'consumers.log'),
    });
    this.#life.onMessage((message) => {
      if (message.kind === 'answer') this.#asking.get((message as Reply).id)?.(message as Reply);
    });
    await this.#life.ready;
  }

  /** Whether both streams are read to their ends; false where they were not after `timeoutMs`. */
  async caughtUp(timeoutMs: number): Promise<boolean> {
    return (await this.#ask('caughtUp', timeoutMs)) as boolean;
  }

  /** Rebuilds the program store now, if it has no generation. */
  async rebuild(): Promise<void> {
    await this.#ask('rebuild');
  }

  /** SIGKILL, in the middle of whatever it does. */
  kill(): Promise<void> {
    return this.#running.kill();
  }

  /** Ends after the invocations under way. */
  async stop(): Promise<void> {
    await this.#running.terminate();
  }

  /** For who cleans up: gone, however it stands. */
  async end(): Promise<void> {
    await this.#life?.kill();
  }

  get #running(): Child {
    if (this.#life === null) throw new Error('The consumers were not started.');
    return this.#life;
  }

  #ask(ask: Question['ask'], timeoutMs = 0): Promise<unknown> {
    const life = this.#running;
    const id = ++this.#asked;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#asking.set(id, ({ answer, error }) => {
        if (error === undefined) resolve(answer);
        else reject(new Error(`The consumers, asked ${ask}: ${error}`));
      });
      void life.ended.then((code) => reject(new Error(`The consumers ended (${code}), asked ${ask}.`)));
      life.send({ id, ask, timeoutMs } satisfies Question);
    });
    return answered.finally(() => this.#asking.delete(id));
  }
}
