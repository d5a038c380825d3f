import type {
  Announcement,
  ApplyOutcome,
  FetchedProgram,
  ProgramStoreReader,
  ProgramStoreWriter,
} from '@trackline/adapters/program-store/program-store';
import { ProgramStoreError } from '@trackline/adapters/program-store/program-store';
import type { ProgramVersion } from '@trackline/domain/program';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { Chance } from './chance.ts';
import { type Channel, Link } from './link.ts';
import type { Process } from './process.ts';
import type { Time } from './time.ts';

/** What is wrong with Redis, or with the way to it. */
export interface RedisFaults {
  /** Nobody gets through. */
  away: boolean;
  /** How likely an answer takes longer than a tracker waits for it. */
  lateAnswers: number;
  /** How likely an announcement does not get to one of its listeners. */
  swallowed: number;
  /** How long one may take. */
  announcedMsMax: number;
}

export const healthyRedis: Readonly<RedisFaults> = {
  away: false,
  lateAnswers: 0,
  swallowed: 0,
  announcedMsMax: 5,
};

const readerTimeoutMs = 50;
const writerTimeoutMs = 2_000;

/** The program store: what the one script does, the generation, and a channel. */
export class Redis {
  readonly faults: RedisFaults = { ...healthyRedis };
  programs = new Map<string, ProgramVersion>();
  seq = 0;
  generation: string | null = null;
  wasEmptied = false;
  readonly channel: Channel = { listeners: new Set() };
  readonly #marks = new Set<string>();
  readonly #chance: Chance;
  readonly #onApplied: (program: ProgramVersion) => void;

  constructor(chance: Chance, onApplied: (program: ProgramVersion) => void) {
    this.#chance = chance;
    this.#onApplied = onApplied;
  }

  /** As FLUSHALL. Who listens goes on listening. */
  empty(): void {
    this.wasEmptied = true;
    this.programs = new Map();
    this.seq = 0;
    this.generation = null;
    this.#marks.clear();
  }

  writer(process: Process): ProgramStoreWriter {
    const ask = <T>(effect: () => T) => this.#ask(process, writerTimeoutMs, effect);
    return {
      apply: (program, options) => ask(() => this.#apply(program, options?.replaces ?? false)),
      head: () => ask(() => ({ seq: this.seq, generation: this.generation })),
      begin: (building) => ask(() => void this.#marks.add(building)),
      seal: (generation, building = generation) => ask(() => this.#seal(generation, building)),
      close: async () => {},
    };
  }

  reader(process: Process): ProgramStoreReader {
    return {
      fetch: (id) => this.#fetch(process, id),
      head: () => this.#ask(process, readerTimeoutMs, () => ({ seq: this.seq, generation: this.generation })),
      close: async () => {},
    };
  }

  link(process: Process, time: Time): Link {
    return new Link({ channel: this.channel, faults: this.faults, process, time, chance: this.#chance });
  }

  #apply(program: ProgramVersion, replaces: boolean): ApplyOutcome {
    const held = this.programs.get(program.id);
    if (held && held.version === program.version && formatUpdate(held) === formatUpdate(program))
      return 'same';
    if (held && !replaces) {
      if (held.version > program.version) return 'older';
      if (held.version === program.version) return 'conflict';
    }
    this.programs.set(program.id, program);
    this.seq++;
    this.#onApplied(program);
    const announcement: Announcement = { seq: this.seq, program };
    for (const listener of this.channel.listeners) listener(announcement);
    return 'applied';
  }

  #seal(generation: string, building: string): boolean {
    if (!this.#marks.delete(building)) return false;
    this.generation ??= generation;
    return this.generation === generation;
  }

  /** Two commands of one pipeline: others may come in between. */
  #fetch(process: Process, id: string): Promise<FetchedProgram> {
    const chance = this.#chance;
    let program: ProgramVersion | null = null;
    const [thereMs, betweenMs] = [chance.between(0.2, 2), chance.happens(0.1) ? chance.between(0, 3) : 0];
    const isLate = chance.happens(this.faults.lateAnswers);
    return new Promise((resolve, reject) => {
      const fail = (code: string) => reject(new ProgramStoreError(code, new Error('simulated')));
      if (this.faults.away) return void process.clock.after(1, () => fail('ECONNREFUSED'));
      process.clock.after(thereMs, () => {
        program = this.programs.get(id) ?? null;
      });
      process.clock.after(thereMs + betweenMs, () => {
        const { generation } = this;
        if (isLate || this.faults.away) return process.clock.after(readerTimeoutMs, () => fail('TIMEOUT'));
        return process.clock.after(chance.between(0.2, 2), () => resolve({ program, generation }));
      });
    });
  }

  #ask<T>(process: Process, timeoutMs: number, effect: () => T): Promise<T> {
    const chance = this.#chance;
    const [thereMs, backMs] = [chance.between(0.2, 2), chance.between(0.2, 2)];
    const isLate = chance.happens(this.faults.lateAnswers);
    return process.request({
      thereMs,
      backMs: isLate ? timeoutMs : backMs,
      effect: () => {
        if (this.faults.away) throw new ProgramStoreError('ECONNREFUSED', new Error('simulated'));
        const value = effect();
        if (isLate) throw new ProgramStoreError('TIMEOUT', new Error('simulated'));
        return value;
      },
    });
  }
}
