import type { Scenario } from '../traffic/requests.ts';

/** How many call at once, unless what they wait for is not the server. */
export const connectionsUsual = 64;

/** What is measured beside others: a kind of server under a kind of call. */
export interface Contender {
  /** `pixel.memory`. */
  readonly name: string;
  readonly scenario: Scenario;
  /** How many call it at once. */
  readonly connections: number;
  /** For how many rounds' time it is called before its first: the more there is to compile, the longer. */
  readonly warmUpRounds: number;
  /** Rejects with `Unfit` where it can't be had here. */
  start(): Promise<RunningContender>;
}

export interface RunningContender {
  readonly url: string;
  readonly pid: number;
  /** Resolves when nothing of the calls is left to do, such as sending their events. */
  settled(): Promise<void>;
  /** What its heap holds after a collection, in bytes; null where it has none of ours. */
  heapBytes(): Promise<number | null>;
  stop(): Promise<void>;
}

/** Why a contender takes no part: no fault, and to be told. */
export class Unfit extends Error {}
