import type { Clock, Timer } from '@trackline/domain/clock';
import type { Limits } from '../limits.ts';
import { Crashes, type CrashLimits, Rest } from './crashes.ts';
import type { ClusterTelemetry, WorkerEnd, WorkerName } from './telemetry.ts';

/** How workers are started and reached; what becomes of them, the supervisor is told. */
export interface WorkerForks {
  /** Starts a worker for a place, and gives it an id that none had before. */
  fork(place: number): { readonly id: number; readonly pid: number | undefined };
  signal(id: number, signal: NodeJS.Signals): void;
  /** Has its spool take the slots of trackers that are gone. */
  adoptOrphans(id: number): void;
}

export interface SupervisorOptions {
  readonly workers: number;
  readonly forks: WorkerForks;
  readonly clock: Clock;
  readonly limits: CrashLimits & Pick<Limits, 'workerReadyMs'>;
  /** How long a worker may take from the signal to its end; then it is killed. */
  readonly endMsMax: number;
  readonly telemetry: ClusterTelemetry;
}

/** How a cluster ended. */
export interface ClusterEnd {
  /** The worst of its workers', or of the reason why it gave up. */
  readonly exitCode: number;
  /** Why it gave up, for a person; null where it was told to end. */
  readonly failure: string | null;
}

/** Workers crash again and again (sysexits.h, EX_SOFTWARE). */
export const exitCodeCrashes = 70;

/** One worker, from its fork to its end. */
interface Life {
  readonly id: number;
  readonly name: WorkerName;
  readonly place: Place;
  readonly bornMs: number;
  listens: boolean;
  /** It was told to end. */
  told: boolean;
  overdue: Timer | null;
}

/** Where one worker is to be at any time. */
interface Place {
  readonly number: number;
  readonly rest: Rest;
  worker: Life | null;
  /** Who takes over from it, in a restart. */
  successor: Life | null;
  /** Until the next worker is started, or the successor has to be ready. */
  timer: Timer | null;
}

/**
 * Keeps a number of workers alive, and renews and ends them in order. It starts one first, and the others
 * when that one listens: what is wrong with all of them is told once, and ends the start. From then on a
 * worker that ends by itself is followed by another, after a rest, until there are too many crashes within
 * the window.
 *
 * A restart takes one place after the other: the successor first, and when that is ready, the old one drains.
 * So there is always somebody who takes calls, and who does not come up replaces nobody.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #places: readonly Place[];
  readonly #lives = new Map<number, Life>();
  readonly #crashes: Crashes;
  #state: 'starting' | 'running' | 'ending' = 'starting';
  /** The places whose turn is still to come; null while no restart is under way. */
  #turns: Place[] | null = null;
  /** Who is drained in its turn. */
  #outgoing: Life | null = null;
  #restartsAgain = false;
  #end: ClusterEnd = { exitCode: 0, failure: null };
  #onListening = (): void => {};
  #onEnded = (_end: ClusterEnd): void => {};
  /** Resolves when all listen for the first time. */
  readonly allListen: Promise<void> = new Promise((resolve) => {
    this.#onListening = resolve;
  });
  /** Resolves when there is no worker left. */
  readonly ended: Promise<ClusterEnd> = new Promise((resolve) => {
    this.#onEnded = resolve;
  });

  constructor(options: SupervisorOptions) {
    const { workers, clock, limits } = options;
    this.#options = options;
    this.#crashes = new Crashes(clock, limits);
    this.#places = Array.from({ length: workers }, (_, index) => ({
      number: index + 1,
      rest: new Rest(limits),
      worker: null,
      successor: null,
      timer: null,
    }));
  }

  get isEnding(): boolean {
    return this.#state === 'ending';
  }

  /** Those that listen, by place. */
  listeners(): readonly { readonly id: number; readonly name: WorkerName }[] {
    return [...this.#lives.values()]
      .filter(({ listens }) => listens)
      .sort((a, b) => a.place.number - b.place.number || a.id - b.id);
  }

  start(): void {
    const [first] = this.#places;
    first!.worker = this.#fork(first!);
  }

  /** A worker has opened the public port. */
  workerListens(id: number): void {
    const life = this.#lives.get(id);
    if (life === undefined) return;
    life.listens = true;
    this.#options.telemetry.workerListens(life.name);
    if (this.#state === 'starting') {
      for (const place of this.#places) place.worker ??= this.#fork(place);
      if (!this.#places.every(({ worker }) => worker?.listens)) return;
      this.#state = 'running';
      this.#onListening();
    }
    this.#settle();
  }

  /** A worker is ready for calls. */
  workerReady(id: number): void {
    const place = this.#lives.get(id)?.place;
    if (place?.successor?.id === id) this.#takeOver(place, place.successor);
  }

  /** A worker is gone. */
  workerEnded(id: number, end: WorkerEnd): void {
    const life = this.#lives.get(id);
    if (life === undefined) return;
    this.#lives.delete(id);
    life.overdue?.cancel();
    if (life.told) this.#noteDrained(life, end);
    else if (this.#state === 'starting') {
      const detail = `${nameOf(life)} ended with ${end.signal ?? end.code} before it listened`;
      this.#giveUp(detail, end.code || 1);
    } else if (life.place.successor === life) {
      life.place.successor = null;
      this.#failRestart(life, `it ended with ${end.signal ?? end.code} before it was ready`);
    } else this.#noteEndedByItself(life, end);
  }

  /**
   * Renews every worker, one after the other. Asked again meanwhile, it does so once more: who asks may have
   * changed something after the first were started.
   */
  restart(): void {
    const { telemetry } = this.#options;
    if (this.#state !== 'running') telemetry.restartRefused();
    else if (this.#turns !== null) this.#restartsAgain = true;
    else {
      this.#turns = [...this.#places];
      telemetry.restartBegan();
      this.#nextTurn();
    }
  }

  /** A signal came: it goes to all workers, each of which knows what a second one means (drain.ts). */
  signal(signal: 'SIGTERM' | 'SIGINT'): void {
    if (this.#state !== 'ending') this.drain(signal, signal);
    else for (const life of this.#lives.values()) this.#tell(life, signal);
  }

  /** Drains all workers, unless they drain already. */
  drain(cause: string, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): void {
    if (this.#state === 'ending') return;
    this.#options.telemetry.clusterDrains({ cause });
    this.#drainAll(signal);
  }

  #drainAll(signal: 'SIGTERM' | 'SIGINT'): void {
    this.#state = 'ending';
    this.#turns = null;
    for (const { timer } of this.#places) timer?.cancel();
    for (const life of this.#lives.values()) this.#tell(life, signal);
    this.#endIfAlone();
  }

  #fork(place: Place): Life {
    const { forks, clock } = this.#options;
    const { id, pid } = forks.fork(place.number);
    const life: Life = {
      id,
      name: { worker: place.number, pid },
      place,
      bornMs: clock.monotonicMs(),
      listens: false,
      told: false,
      overdue: null,
    };
    this.#lives.set(id, life);
    return life;
  }

  #tell(life: Life, signal: NodeJS.Signals): void {
    const { forks, clock, endMsMax, telemetry } = this.#options;
    if (!life.told) {
      life.told = true;
      life.overdue = clock.after(endMsMax, () => {
        telemetry.workerOverdue(life.name);
        forks.signal(life.id, 'SIGKILL');
      });
    }
    forks.signal(life.id, signal);
  }

  #noteDrained(life: Life, end: WorkerEnd): void {
    this.#options.telemetry.workerDrained({ ...life.name, ...end });
    // Who was killed may have had events in memory; who did not listen yet had none.
    const exitCode = end.code ?? (life.listens ? 1 : 0);
    this.#end = { ...this.#end, exitCode: Math.max(this.#end.exitCode, exitCode) };
    if (this.#state === 'ending') this.#endIfAlone();
    else if (life === this.#outgoing) this.#nextTurn();
    else this.#settle();
  }

  #noteEndedByItself({ place, name, bornMs }: Life, end: WorkerEnd): void {
    const { clock, limits, telemetry } = this.#options;
    place.worker = null;
    // Somebody told it to: that is no crash, and there is nothing to rest from.
    const isCrash = end.code !== 0;
    const restMs = isCrash ? place.rest.afterCrash(clock.monotonicMs() - bornMs) : limits.workerRestBaseMs;
    telemetry.workerCrashed({ ...name, ...end, restMs });
    if (isCrash && this.#crashes.note()) {
      const { workerCrashesMax, workerCrashWindowMs } = limits;
      const within = `within ${workerCrashWindowMs / 1_000} s`;
      this.#giveUp(`workers crashed ${workerCrashesMax} times ${within}; the log says how`, exitCodeCrashes);
    } else if (place.successor === null) this.#follow(place, restMs);
  }

  #follow(place: Place, restMs: number): void {
    place.timer?.cancel();
    place.timer = this.#options.clock.after(restMs, () => {
      place.timer = null;
      place.worker = this.#fork(place);
    });
  }

  #giveUp(failure: string, exitCode: number): void {
    this.#options.telemetry.clusterGaveUp({ detail: failure, exitCode });
    this.#end = { exitCode, failure };
    this.#drainAll('SIGTERM');
  }

  #endIfAlone(): void {
    if (this.#lives.size > 0) return;
    this.#options.telemetry.clusterEnded({ exitCode: this.#end.exitCode });
    this.#onEnded(this.#end);
  }

  #nextTurn(): void {
    this.#outgoing = null;
    const place = this.#turns?.shift();
    if (place === undefined) this.#endRestart();
    else this.#startSuccessor(place);
  }

  #startSuccessor(place: Place): void {
    const { clock, limits } = this.#options;
    place.timer?.cancel();
    const successor = this.#fork(place);
    place.successor = successor;
    place.timer = clock.after(limits.workerReadyMs, () => {
      place.successor = null;
      // Who has nobody to take over from stays, ready or not.
      if (place.worker === null) place.worker = successor;
      else this.#tell(successor, 'SIGTERM');
      this.#failRestart(successor, `it was not ready after ${limits.workerReadyMs / 1_000} s`);
    });
  }

  #takeOver(place: Place, successor: Life): void {
    place.timer?.cancel();
    place.timer = null;
    place.successor = null;
    this.#outgoing = place.worker;
    place.worker = successor;
    if (this.#outgoing === null) this.#nextTurn();
    else this.#tell(this.#outgoing, 'SIGTERM');
  }

  #endRestart(): void {
    this.#turns = null;
    this.#options.telemetry.restartEnded();
    if (this.#restartsAgain) {
      this.#restartsAgain = false;
      this.restart();
    } else this.#settle();
  }

  #failRestart({ place, name }: Life, detail: string): void {
    place.timer?.cancel();
    place.timer = null;
    this.#turns = null;
    this.#restartsAgain = false;
    this.#options.telemetry.restartFailed({ ...name, detail });
    if (place.worker === null) this.#follow(place, place.rest.afterCrash(0));
  }

  /**
   * Once all places are taken, a slot that nobody holds is nobody's: of a cluster that was larger, or drained
   * in an outage. Before, it may be the one that the next worker goes on with.
   */
  #settle(): void {
    const isAtRest = this.#state === 'running' && this.#turns === null;
    const isComplete = this.#places.every(({ worker }) => worker?.listens);
    if (isAtRest && isComplete && this.#lives.size === this.#places.length) {
      this.#options.forks.adoptOrphans(this.#places[0]!.worker!.id);
    }
  }
}

function nameOf({ name }: Life): string {
  return `worker ${name.worker}`;
}
