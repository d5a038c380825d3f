import { delay } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { Drain } from '@trackline/tracker/drain';
import type { Limits } from '@trackline/tracker/limits';
import type { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import type { ProgramCacheTelemetry } from '@trackline/tracker/program-cache/telemetry';
import type { SpoolTelemetry } from '@trackline/tracker/shipping/disk/telemetry';
import type { Durability } from '@trackline/tracker/shipping/durability';
import { Sender } from '@trackline/tracker/shipping/sender';
import type { Settle, Spool } from '@trackline/tracker/shipping/spool';
import { Statements } from '@trackline/tracker/shipping/statements';
import type { Chance } from './chance.ts';
import type { Link } from './link.ts';
import type { Machine } from './process.ts';
import { Process } from './process.ts';
import type { ProductionParts } from './production-parts.ts';
import type { Redis } from './redis.ts';
import { silent } from './silent.ts';
import { type Drive, mount } from './spool-files.ts';
import type { Stream } from './stream.ts';
import type { Time } from './time.ts';
import type { Trace } from './trace.ts';

export interface TrackerSurroundings {
  readonly time: Time;
  readonly chance: Chance;
  readonly trace: Trace;
  readonly machine: Machine;
  readonly drive: Drive;
  readonly stream: Stream;
  readonly redis: Redis;
  readonly parts: ProductionParts;
  readonly limits: Limits;
  readonly spoolBytesMax: number;
  readonly cacheEntriesMax: number;
  /** Something that can't be. */
  readonly onViolation: (what: string) => void;
}

const statementEveryMs = 10_000;

/**
 * One life of a tracker's process: the production spool, sender, statements, program cache and drain, put together
 * as its main does, without its ports.
 */
export class Tracker {
  readonly name: string;
  readonly process: Process;
  readonly link: Link;
  readonly programs: ProgramCache;
  /** By its machine's wall clock. */
  readonly sinceMs: number;
  spool: Spool | null = null;
  sender: Sender | null = null;
  /** How it ended; null while it runs. */
  exit: 'clean' | 'unclean' | null = null;
  isDraining = false;
  /** How many events it said it gave up, as it ended. */
  lost: number | null = null;
  readonly #surroundings: TrackerSurroundings;
  #statements: Statements | null = null;
  #openCalls = 0;
  #hasCutCalls = false;

  constructor(slot: string, life: number, surroundings: TrackerSurroundings) {
    const { time, trace, machine, redis, parts } = surroundings;
    const chance = surroundings.chance.fork();
    this.name = `${slot}.${life}`;
    this.#surroundings = surroundings;
    this.process = new Process(this.name, time, chance, machine);
    this.sinceMs = this.process.clock.wallMs();
    this.link = redis.link(this.process, time);
    this.programs = new parts.ProgramCache({
      reader: redis.reader(this.process),
      link: this.link,
      clock: this.process.clock,
      random: chance.random,
      limits: { ...cacheLimits, entriesMax: surroundings.cacheEntriesMax },
      telemetry: {
        ...silentCache,
        cacheCoherent: () => trace.note(this.name, 'cache is coherent'),
        cacheIncoherent: ({ cause }) => trace.note(this.name, 'cache is not coherent:', cause),
        epochRaised: ({ cause }) => trace.note(this.name, 'cache raises its epoch:', cause),
        staleFetch({ id }) {
          if (!redis.wasEmptied) surroundings.onViolation(`an alarm that Redis lost ${id}, which it did not`);
        },
      },
    });
    this.programs.open();
    void this.#openSpool(chance);
  }

  get isRunning(): boolean {
    return this.process.alive;
  }

  /** Whether it takes calls. */
  get isOpen(): boolean {
    return this.process.alive && this.spool !== null && !this.isDraining;
  }

  /** Whether all that it was given is where it belongs. */
  get isQuiet(): boolean {
    if (this.spool === null) return false;
    return (
      this.spool.account().unsent === 0 && this.spool.ended().length === 0 && this.spool.queuedBytes === 0
    );
  }

  /** Whether each of its calls gets an answer: not when it is killed, nor when their time is over as it ends. */
  get owesAnswers(): boolean {
    return this.exit !== 'unclean' && !this.#hasCutCalls;
  }

  accept<Call>(event: TrackingEvent, durability: Durability, settle: Settle<Call>, call: Call): void {
    this.#openCalls++;
    const answer: Settle<Call> = (outcome) => {
      this.#openCalls--;
      settle(outcome, call);
    };
    this.spool!.accept(event, durability, answer, call);
  }

  kill(): void {
    if (this.exit !== null) return;
    this.#surroundings.trace.note(this.name, 'dies');
    this.exit = 'unclean';
    this.process.kill();
  }

  /** Ends it as SIGTERM does. */
  drain(): void {
    const { trace, limits } = this.#surroundings;
    const { sender, spool, process } = this;
    const statements = this.#statements;
    if (this.isDraining || sender === null || spool === null || statements === null) return;
    this.isDraining = true;
    trace.note(this.name, 'drains');
    const unsent = () => spool.ended().reduce((sum, each) => sum + each.unsent, spool.account().unsent);
    const drain = new Drain({
      clock: process.clock,
      delayMs: 100,
      timeoutMs: 5_000,
      stalledMs: limits.drainStalledMs,
      lookEveryMs: limits.drainLookEveryMs,
      lastPutsMs: limits.lastPutsMs,
      finalStatementMs: limits.finalStatementMs,
      closePublicServer: (untilMs) => this.#closeCalls(untilMs),
      queuedBytes: () => spool.queuedBytes,
      flush: () => sender.flush(),
      unsent,
      atRisk: () => spool.account().atRisk,
      stopSending: () => sender.stop(),
      giveUp: () => {
        void sender.stop();
        this.lost ??= spool.account().atRisk;
        return this.lost;
      },
      lastStatement: (untilMs) => statements.end(untilMs),
      ledger: () => ({
        writer: spool.writer,
        ...spool.account(),
        leftOnDisk: unsent(),
        rejected: 0,
        shed: 0,
        ignored: 0,
        lost: this.lost ?? 0,
      }),
      telemetry: silent,
    });
    drain.begin('SIGTERM');
    void drain.ended.then(async () => {
      await Promise.race([
        Promise.all([spool.close(), this.programs.close()]),
        delay(process.clock, limits.closeMs),
      ]);
      trace.note(this.name, 'ended');
      this.exit = 'clean';
      process.kill();
    });
  }

  /** Hears out the calls that are open; cuts them off at `untilMs`. */
  async #closeCalls(untilMs: number): Promise<void> {
    const { clock } = this.process;
    while (this.#openCalls > 0 && clock.monotonicMs() < untilMs) await delay(clock, 50);
    this.#hasCutCalls = this.#openCalls > 0;
  }

  async #openSpool(chance: Chance): Promise<void> {
    const { drive, stream, parts, limits, spoolBytesMax, onViolation, trace } = this.#surroundings;
    const { clock } = this.process;
    const { failures } = drive;
    try {
      this.spool = await parts.openSpool({
        folder: '/spool',
        bytesMax: spoolBytesMax,
        files: parts.files(mount(drive, this.process, chance)),
        clock,
        chance,
        limits,
        telemetry: this.#spoolTelemetry(),
      });
    } catch (error) {
      // As main does; the next life may have a disk that works.
      if (drive.failures === failures)
        onViolation(`the spool of ${this.name} did not open: ${(error as Error).stack}`);
      this.kill();
      return;
    }
    trace.note(this.name, 'is open', this.spool.writer);
    const port = stream.connect(this.process);
    const common = { clock, random: chance.random, randomBytes: chance.bytes, limits, telemetry: silent };
    this.sender = new Sender({ ...common, spool: parts.outlet(this.spool), stream: port });
    this.#statements = new Statements({
      ...common,
      stream: port,
      everyMs: statementEveryMs,
      spool: this.spool,
      instance: this.name,
      sinceMs: this.sinceMs,
      waitsForSpool: false,
      counts: () => ({ rejected: 0, shed: 0, ignored: 0, lost: this.lost ?? 0 }),
    });
    this.#statements.start();
  }

  #spoolTelemetry(): SpoolTelemetry {
    const { trace } = this.#surroundings;
    return {
      groupKept: ({ events }) => trace.note(this.name, 'kept', events),
      spoolFailed: ({ code, refused }) => trace.note(this.name, `spool failed ${code}`, refused),
      spoolFilling: ({ usedBytes }) => trace.note(this.name, 'fills', usedBytes),
      segmentUnreadable: ({ segment, code }) => trace.note(this.name, `can't read ${segment}`, code),
      spoolDamaged: ({ segment, bytes }) => trace.note(this.name, `damaged ${segment}`, bytes),
      spoolAdopted: ({ folder, events }) => trace.note(this.name, `adopted ${folder}`, events),
    };
  }
}

/** Small ones, and short, so that everything runs out within a minute. */
export const cacheLimits = {
  ttlMs: 20_000,
  staleMs: 60_000,
  negativeEntriesMax: 2,
  negativeTtlMs: 5_000,
  pollEveryMs: 1_000,
  /** More than there are programs: else one that can’t be asked for is served as it is. */
  fetchesMax: 10,
};

const silentCache: ProgramCacheTelemetry = {
  cacheCoherent() {},
  cacheIncoherent() {},
  epochRaised() {},
  fetchFailed() {},
  staleFetch() {},
  servedUnrevalidated() {},
  servedStale() {},
  announcementUnreadable() {},
};
