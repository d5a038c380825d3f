import type {
  ProgramTableReader,
  ProgramTableWriter,
  StoredVersion,
  TablePutOutcome,
} from '@trackline/adapters/program-table/program-table';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { Chance } from './chance.ts';
import type { TableFaults } from './event-store.ts';
import type { Process } from './process.ts';

/** The program table: each version's row, and the newest of each program, written one after the other. */
export class ProgramTable {
  readonly faults: TableFaults = { failures: 0, lostReplies: 0 };
  readonly newest = new Map<string, ProgramVersion>();
  /** Per id and version, its first content. */
  readonly history = new Map<string, ProgramVersion>();
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  connect(process: Process): ProgramTableWriter & ProgramTableReader {
    return {
      put: (program) => this.#put(process, program),
      latest: (id) => this.#ask(process, () => storedVersion(this.newest.get(id))),
      all: () => this.#all(process),
      async *history() {},
      close: async () => {},
    };
  }

  /** Whether a version takes the place of another. */
  protected wins(program: ProgramVersion, held: ProgramVersion): boolean {
    return program.version > held.version;
  }

  async #put(process: Process, program: ProgramVersion): Promise<TablePutOutcome> {
    const { id, version } = program;
    const first = await this.#write(process, () => {
      const key = `${id}#${version}`;
      const held = this.history.get(key);
      if (held !== undefined && !this.wins(program, held)) return held;
      this.history.set(key, program);
      return program;
    });
    if (formatUpdate(first) !== formatUpdate(program)) return 'conflict';
    return this.#write(process, () => {
      const held = this.newest.get(id);
      if (held && !this.wins(program, held)) return held.version === version ? 'same' : 'older';
      this.newest.set(id, program);
      return 'stored';
    });
  }

  /** A page after the other: what comes first may be old when the last is read. */
  async *#all(process: Process): AsyncIterable<StoredVersion> {
    const ids = [...this.newest.keys()].sort();
    for (let from = 0; from < ids.length; from += 2) {
      const page = await this.#ask(process, () =>
        ids.slice(from, from + 2).map((id) => storedVersion(this.newest.get(id))!),
      );
      yield* page;
    }
  }

  #write<T>(process: Process, effect: () => T): Promise<T> {
    return this.#ask(process, () => {
      if (this.#chance.happens(this.faults.failures)) throw new Error('simulated: not taken');
      const result = effect();
      if (this.#chance.happens(this.faults.lostReplies)) throw new Error('simulated: reply lost');
      return result;
    });
  }

  #ask<T>(process: Process, effect: () => T): Promise<T> {
    const [thereMs, backMs] = [this.#chance.between(0.5, 5), this.#chance.between(0.5, 5)];
    return process.request({ thereMs, backMs, effect });
  }
}

function storedVersion(program: ProgramVersion | undefined): StoredVersion | null {
  return program ? { program, storedAtMs: 0 } : null;
}
