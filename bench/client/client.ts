import { ServerProcess } from '../processes/server-process.ts';
import type { Answer } from '../traffic/answer.ts';
import type { ClosedLoopOptions, ClosedLoopResult } from './closed-loop.ts';

/** The process of the clients, from here. */
export class Client {
  readonly #process: ServerProcess;

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  static async start(bundleFile: string, logFile: string): Promise<Client> {
    const started = new ServerProcess({
      name: 'the clients',
      command: [process.execPath, bundleFile],
      environment: {},
      logFile,
    });
    await started.listening;
    return new Client(started);
  }

  /**
   * Connects to a server.
   *
   * @param answer one of its answers, which all others have to be like
   */
  async open(url: string, requests: readonly Buffer[], answer: Answer): Promise<void> {
    const options: ClosedLoopOptions = { url, requests, ...likenessOf(answer) };
    await this.#process.ask({ ask: 'open', options }, 'opened');
  }

  async run(durationMs: number): Promise<ClosedLoopResult> {
    const { result } = await this.#process.ask<{ result: ClosedLoopResult }>(
      { ask: 'run', durationMs },
      'ran',
    );
    return result;
  }

  async close(): Promise<void> {
    await this.#process.ask({ ask: 'close' }, 'closed');
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}

const accepted = Buffer.from('x-tracking-verdict: accepted\r\n');

/** What all answers that are like this one have, at the same places. */
export function likenessOf({ bytes }: Pick<Answer, 'bytes'>): Omit<ClosedLoopOptions, 'url' | 'requests'> {
  const begins = bytes.subarray(0, bytes.indexOf('\r\n') + 2);
  const at = bytes.indexOf(accepted);
  // nginx tells no verdict.
  const holds = at === -1 ? { at: 0, bytes: begins } : { at, bytes: accepted };
  return { begins, answerBytes: bytes.length, holds };
}
