import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { ServerProcess } from '../processes/server-process.ts';
import type { OpenLoopAsked, OpenLoopResult } from './open-loop.main.ts';

/** The process of clients that call when it is due, from here. */
export class OpenClients {
  readonly #process: ServerProcess;

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  static async start(bench: Bench): Promise<OpenClients> {
    const started = new ServerProcess({
      name: 'the open loop',
      command: [process.execPath, await bench.bundled('bench/open-loop/open-loop.main.ts')],
      environment: {},
      logFile: join(bench.folder, 'logs', 'open-loop.log'),
    });
    await started.listening;
    return new OpenClients(started);
  }

  run(asked: Omit<OpenLoopAsked, 'ask'>): Promise<OpenLoopResult> {
    return this.#process.ask<OpenLoopResult>({ ask: 'run', ...asked }, 'ran');
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }
}
