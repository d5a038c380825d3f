import { freezeProgram, type ProgramVersion } from '@trackline/domain/program';
import type { Chance } from './world/chance.ts';

export const programIds = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5'] as const;

/** Makes the updates of business systems: new versions and deletions; some again, some that contradict. */
export class ProgramMaker {
  readonly #chance: Chance;
  readonly #newest = new Map<string, number>();
  readonly #made: ProgramVersion[] = [];
  #names = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** The highest version of each program that was made. */
  get newest(): ReadonlyMap<string, number> {
    return this.#newest;
  }

  next(): ProgramVersion {
    const chance = this.#chance;
    const before = chance.happens(0.2) ? chance.pick([null, ...this.#made]) : null;
    if (before) return chance.happens(0.5) ? before : this.#version(before.id, before.version);
    const id = chance.pick(programIds);
    const version = (this.#newest.get(id) ?? 0) + 1 + chance.int(3);
    this.#newest.set(id, version);
    return this.#version(id, version);
  }

  #version(id: string, version: number): ProgramVersion {
    const made = this.#chance.happens(0.2)
      ? freezeProgram({ deleted: true, id, version })
      : freezeProgram({
          deleted: false,
          id,
          version,
          name: `name ${this.#names++}`,
          status: this.#chance.happens(0.7) ? 'active' : 'paused',
          validFromMs: null,
          validUntilMs: null,
          landingUrl: 'https://shop.example/',
          deepLinkHosts: [],
          signingKeyIds: [],
        });
    this.#made.push(made);
    return made;
  }
}
