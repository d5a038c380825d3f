import { balance } from '@trackline/domain/ledger-balance';
import { width } from '@trackline/domain/ledger-coverage';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { type Action, actions, someFaults } from './actions.ts';
import { EventMaker } from './event-maker.ts';
import { EventOracle } from './event-oracle.ts';
import type { SimulatedFault } from './faults.ts';
import { ProgramMaker, programIds } from './program-maker.ts';
import { ProgramOracle } from './program-oracle.ts';
import type { SimulationResult } from './simulate.ts';
import { Chance } from './world/chance.ts';
import type { ProductionParts } from './world/production-parts.ts';
import { slots, World } from './world/world.ts';

export interface SimulationOptions {
  readonly seed: number;
  readonly parts: ProductionParts;
  readonly say: ((line: string) => void) | null;
}

/** An event that nobody has booked is missing after so long, while the simulation runs. */
const pendingMaxMs = 15 * 60_000;
/** How long everything may take to come to rest once nothing goes wrong any more. */
const restMsMax = 10 * 60_000;
/** After so many there is nothing new to be learnt. */
const violationsMax = 10;

/** One seed: the world, those who use it, and what is known of both outside of it. */
export class Simulation {
  readonly violations: string[] = [];
  readonly chance: Chance;
  readonly world: World;
  readonly oracle: EventOracle;
  readonly programOracle: ProgramOracle;
  readonly events: EventMaker;
  readonly programs: ProgramMaker;
  /** What this seed suffers from, now and then. */
  readonly faults: readonly SimulatedFault[];
  readonly active = new Set<SimulatedFault>();
  /** That the core-data stream does not have yet. */
  updatesUnderWay = 0;
  /** Whether bits may flip on its disk. */
  readonly damages: boolean;
  readonly #seed: number;
  readonly #actions: readonly (readonly [weight: number, action: Action])[];

  constructor({ seed, parts, say }: SimulationOptions) {
    this.#seed = seed;
    const onViolation = (what: string) => {
      this.world.trace.note('violation:', what);
      if (this.violations.length < violationsMax) this.violations.push(what);
    };
    this.oracle = new EventOracle(onViolation);
    this.world = new World({
      seed,
      parts,
      say,
      onViolation,
      onSent: this.oracle.sent,
      onBooked: (row) => this.oracle.booked(row, this.world.eventStore.events),
      onApplied: (program) => this.programOracle.applied(program),
      onRebuilt: () => {
        this.programOracle.troubleAtMs = this.world.time.nowMs;
      },
    });
    this.chance = new Chance(seed ^ 0x5eed);
    this.programOracle = new ProgramOracle(this.world.time, onViolation);
    this.events = new EventMaker(this.chance.fork());
    this.programs = new ProgramMaker(this.chance.fork());
    this.faults = someFaults(this);
    this.damages = this.chance.happens(0.1);
    this.#actions = actions
      .filter(({ optional }) => !optional || this.chance.happens(0.5))
      .map((action) => [action.weight, action]);
  }

  async run(steps: number): Promise<SimulationResult> {
    const { world, chance } = this;
    for (const slot of slots) world.start(slot);
    await world.time.advance(chance.between(0, 100));
    for (let step = 0; step < steps && this.violations.length === 0; step++) {
      // What ends with this step lasted until now.
      this.#watchRedis();
      chance.weighted(this.#actions).run(this);
      this.#watchRedis();
      await world.time.advance(this.#pauseMs());
      this.#watchBounds();
    }
    if (this.violations.length === 0) await this.#comeToRest();
    const accepted = this.oracle.offers.filter(({ outcome }) => outcome === 'accepted');
    return {
      seed: this.#seed,
      violations: this.violations,
      traceHash: world.trace.hash,
      offered: this.oracle.offers.length,
      accepted: accepted.length,
      stored: world.eventStore.events.size,
      seconds: world.time.nowMs / 1000,
    };
  }

  /** What nobody has to wait for must not be missing, whenever somebody looks. */
  readLedger(): void {
    const { eventStore, time, trace } = this.world;
    for (const writer of eventStore.writers()) {
      const { missing } = balance(writer, eventStore.account(writer), time.wallMs, pendingMaxMs);
      if (this.#mayNotMiss(writer) && width(missing) > 0) {
        this.#violated(`${width(missing)} events of ${writer} were missing: ${JSON.stringify(missing)}`);
      }
    }
    trace.note('ledger', 'is read');
  }

  /** A disk that lost its power, or was damaged, may leave gaps where nobody was told of an event. */
  #mayNotMiss(writer: string): boolean {
    const { torn, flippedBits } = this.world;
    return flippedBits === 0 && !torn.has(writer);
  }

  #pauseMs(): number {
    const { chance } = this;
    return chance.weighted([
      [6, chance.between(0, 20)],
      [3, chance.between(20, 500)],
      [1, chance.between(500, 8_000)],
    ]);
  }

  #violated(what: string): void {
    this.world.trace.note('violation:', what);
    if (this.violations.length < violationsMax) this.violations.push(what);
  }

  #watchRedis(): void {
    const { redis, time } = this.world;
    const { away, lateAnswers, announcedMsMax } = redis.faults;
    if (away || lateAnswers > 0 || announcedMsMax > 900 || redis.generation === null) {
      this.programOracle.troubleAtMs = time.nowMs;
    }
  }

  /** Nothing is ever larger than it is allowed to be. */
  #watchBounds(): void {
    const { limits, spoolBytesMax } = this.world;
    for (const { name, spool, sender } of this.world.running()) {
      if (spool === null || sender === null) continue;
      // What it adopted was another's, who had room of its own.
      const usedBytes = spool.ended().length > 0 ? 0 : spool.account().usedBytes;
      const { heldAggregates, heldBytes } = sender.stats();
      const bounds = [
        ['bytes on the disk', usedBytes, spoolBytesMax],
        ['bytes that wait for the disk', spool.queuedBytes, limits.spoolQueueBytesMax],
        ['aggregates in the sender', heldAggregates, limits.heldAggregatesMax],
        ['bytes in the sender', heldBytes, limits.heldBytesMax],
      ] as const;
      for (const [what, is, most] of bounds) {
        if (is > most) this.#violated(`${name} has ${is} ${what}, of at most ${most}`);
      }
    }
  }

  async #comeToRest(): Promise<void> {
    const { world } = this;
    const { time, trace } = world;
    trace.note('simulation', 'nothing goes wrong any more');
    for (const fault of this.active) fault.end(world);
    this.programOracle.troubleAtMs = time.nowMs;
    const isQuiet = () => {
      for (const slot of slots) world.start(slot);
      return (
        [...world.trackers.values()].every((tracker) => tracker.isQuiet && tracker.programs.coherent) &&
        this.oracle.offers.every(({ outcome, tracker }) => outcome !== null || !tracker.owesAnswers) &&
        world.consumer.isIdle &&
        this.updatesUnderWay === 0 &&
        world.updater.isIdle &&
        world.redis.generation !== null
      );
    };
    if (!(await time.until(isQuiet, 500, restMsMax))) return this.#violated(`no rest: ${this.#whatIsLeft()}`);
    await this.#checkPrograms();
    for (const tracker of world.running()) tracker.drain();
    const isOver = () => world.running().length === 0 && world.consumer.isIdle;
    if (!(await time.until(isOver, 500, restMsMax))) return this.#violated(`no end: ${this.#whatIsLeft()}`);
    this.#checkEvents();
  }

  async #checkPrograms(): Promise<void> {
    const { world, programs } = this;
    for (const [id, version] of programs.newest) {
      const inTable = world.table.newest.get(id);
      const inStore = world.redis.programs.get(id);
      if (inTable?.version !== version)
        this.#violated(`the table has ${inTable?.version} of ${id}, not ${version}`);
      const first = world.table.history.get(`${id}#${version}`);
      if (inTable && first && formatUpdate(inTable) !== formatUpdate(first)) {
        this.#violated(`the table has another content of ${id} ${version} than came first`);
      }
      if (inTable && inStore && formatUpdate(inTable) !== formatUpdate(inStore)) {
        this.#violated(`Redis has another content of ${id} ${version} than the table`);
      }
      if (inStore?.version !== version)
        this.#violated(`Redis has ${inStore?.version} of ${id}, not ${version}`);
    }
    await world.time.advance(8_000);
    const lookups = world.running().flatMap((tracker) => programIds.map((id) => [tracker, id] as const));
    for (const [tracker, id] of lookups) {
      const looked = { kind: 'none', version: 0 };
      void Promise.resolve(tracker.programs.lookup(id)).then((lookup) => {
        looked.kind = lookup.kind;
        looked.version = lookup.kind === 'known' ? lookup.program.version : 0;
      });
      await world.time.advance(200);
      const newest = world.table.newest.get(id);
      const right = newest === undefined || newest.deleted ? 'unknown 0' : `known ${newest.version}`;
      const told = `${looked.kind} ${looked.version}`;
      if (told !== right) this.#violated(`at rest ${tracker.name} told ${told} of ${id}, not ${right}`);
    }
  }

  #checkEvents(): void {
    const { eventStore, time } = this.world;
    const { lost } = this.oracle.check(eventStore.events, this.world.flippedBits);
    const unvouched = new Set<string>();
    for (const writer of eventStore.writers()) {
      const each = balance(writer, eventStore.account(writer), time.wallMs + restMsMax, 0);
      if (each.unvouched.length > 0) unvouched.add(writer);
      if (this.#mayNotMiss(writer) && width(each.missing) > 0) {
        this.#violated(`at rest ${JSON.stringify(each.missing)} of ${writer} are missing`);
      }
      const sent = this.oracle.sentOf(writer);
      if (each.persisted !== sent) {
        this.#violated(`the ledger has ${each.persisted} of ${writer}, the stream had ${sent}`);
      }
    }
    // What a flipped bit took is missing, of whichever writer it was.
    for (const { number, tracker } of this.world.flippedBits > 0 ? [] : lost) {
      // By its last writer: what waits while the disk fails may go from one to the next. Of a life that never got
      // so far as to state, the ledger can't tell.
      const { writer } = tracker.spool!;
      const hasStated = eventStore.account(writer).statements.some((it) => it.sinceMs === tracker.sinceMs);
      if (hasStated && !unvouched.has(writer)) {
        this.#violated(`offer ${number} is lost, and the ledger vouches for ${writer}`);
      }
    }
    const letters = eventStore.letters.filter(({ reason }) => !reason.startsWith('update_'));
    if (letters.length > 0)
      this.#violated(`${letters.length} events are dead letters: ${letters[0]!.detail}`);
  }

  #whatIsLeft(): string {
    const { world, oracle } = this;
    const trackers = [...world.trackers.values()].map(({ name, spool, sender, programs, exit }) => ({
      name,
      exit,
      account: spool?.account(),
      ended: spool?.ended(),
      queuedBytes: spool?.queuedBytes,
      sender: sender?.stats(),
      coherent: programs.coherent,
    }));
    const unsettled = oracle.offers.filter(({ outcome, tracker }) => outcome === null && tracker.owesAnswers);
    return JSON.stringify({
      trackers,
      unsettled: unsettled.map(({ number, durability }) => `${number} ${durability}`),
      consumer: world.consumer.isIdle,
      updater: world.updater.isIdle,
    });
  }
}
