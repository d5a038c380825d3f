import { randomFillSync } from 'node:crypto';
import { emptyKeyring, type Keyring } from '@trackline/adapters/keyring/keyring';
import { type Clock, type Random, systemClock } from '@trackline/domain/clock';
import type { ProgramLookup } from '@trackline/domain/decide';
import type { Program } from '@trackline/domain/program';
import { buildBotFilter } from '@trackline/tracker/bots/bots';
import type { IabList } from '@trackline/tracker/bots/iab-list';
import { buildConsentReader, type ConsentReader } from '@trackline/tracker/consent/signals';
import { readCorsOrigins } from '@trackline/tracker/http/cors';
import { type Limits, limits } from '@trackline/tracker/limits';
import type { Spool } from '@trackline/tracker/shipping/spool';
import { MemorySpool } from '@trackline/tracker/shipping/spool.memory';
import {
  buildTracker as assemble,
  type Programs,
  type Tracker,
  type TrackerSettings,
} from '@trackline/tracker/tracker';
import { buildMetrics } from '@trackline/tracker/watching/metrics';
import { Telemetry } from '@trackline/tracker/watching/telemetry';
import { onTestFinished } from 'vitest';
import { LogLines } from './log-lines.ts';
import { program as anyProgram } from './programs.ts';
import { ScriptedEventStream } from './scripted-event-stream.ts';

/** The program that the tests' calls are about: active, without an end. */
export function program(overrides: Partial<Program> = {}): Program {
  return anyProgram({
    id: 'aurora-shoes',
    version: 3,
    name: 'Aurora Shoes',
    landingUrl: 'https://shop.example/shoes?utm_source=trackline',
    ...overrides,
  });
}

/**
 * Programs that are simply there, in place of a program cache: always coherent unless a test says otherwise.
 */
export class GivenPrograms implements Programs {
  readonly #lookups = new Map<string, ProgramLookup | Promise<ProgramLookup>>();
  coherent = true;
  wasCoherent = true;

  constructor(programs: readonly Program[] = [program()]) {
    for (const each of programs) this.set(each.id, { kind: 'known', program: each, unverified: false });
  }

  set(id: string, lookup: ProgramLookup | Promise<ProgramLookup>): void {
    this.#lookups.set(id, lookup);
  }

  lookup(id: string): ProgramLookup | Promise<ProgramLookup> {
    return this.#lookups.get(id) ?? { kind: 'unknown' };
  }

  clear(): void {
    this.#lookups.clear();
  }

  stats(): { readonly entries: number } {
    return { entries: this.#lookups.size };
  }
}

/** However busy the machine of a test is, no call is shed for that. */
const patient = { overloadLoopDelayMsHigh: 3_600_000 } satisfies Partial<Limits>;

export interface TrackerOverrides {
  readonly programs?: Programs;
  readonly spool?: Spool;
  readonly spoolBytesMax?: number;
  readonly stream?: ScriptedEventStream;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly limits?: Partial<Limits>;
  readonly keyring?: Keyring;
  /** In place of one that reads with `vendorId`. */
  readonly consent?: ConsentReader;
  /** Our id on the Global Vendor List. */
  readonly vendorId?: number;
  readonly iabList?: IabList;
  readonly settings?: Partial<TrackerSettings>;
}

export interface TestTracker {
  readonly tracker: Tracker;
  readonly stream: ScriptedEventStream;
  readonly spool: Spool;
  /** Where it listens; '' unless it was told to. */
  readonly url: string;
  readonly adminUrl: string;
  /** Every log line so far, parsed. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Builds a tracker in this process, on the given ports or on doubles of them, and takes it down again.
 *
 * @param listening whether it opens its two ports, free ones on loopback; without, calls go in by `inject`
 * @param own who takes it down: this test, or with vitest's `afterAll` this file
 */
export async function buildTracker(
  overrides: TrackerOverrides = {},
  listening = false,
  own: (teardown: () => Promise<void>) => void = onTestFinished,
): Promise<TestTracker> {
  const clock = overrides.clock ?? systemClock;
  const bounds: Limits = { ...limits, ...patient, ...overrides.limits };
  const stream = overrides.stream ?? new ScriptedEventStream();
  const spool =
    overrides.spool ??
    new MemorySpool({
      writer: 'writer-1',
      clock,
      bytesMax: overrides.spoolBytesMax ?? 16 * 1024 * 1024,
      limits: bounds,
    });
  const { log, lines: logged } = new LogLines();
  const metrics = buildMetrics();
  const tracker = assemble({
    programs: overrides.programs ?? new GivenPrograms(),
    spool,
    stream,
    clock,
    random: overrides.random ?? Math.random,
    randomBytes: randomFillSync,
    keyring: overrides.keyring ?? emptyKeyring,
    consent: overrides.consent ?? buildConsentReader({ vendorId: overrides.vendorId ?? null }),
    bots: buildBotFilter({ iabList: overrides.iabList ?? null, limits: bounds }),
    metrics,
    telemetry: new Telemetry(log, metrics, clock),
    limits: bounds,
    settings: {
      host: '127.0.0.1',
      port: 0,
      adminHost: '127.0.0.1',
      adminPort: 0,
      instance: 'tracker-1',
      region: 'eu-central-1',
      acceptsUnverified: true,
      consentWithoutSignal: 'granted',
      visitorCookie: { kind: 'on', days: 400 },
      rates: { programPerSecond: 0, addressPerSecond: 0 },
      trustedProxies: [],
      cors: readCorsOrigins(''),
      durability: { impression: 'memory', click: 'memory', transaction: 'memory', batch: null },
      drainDelayMs: 0,
      drainTimeoutMs: 5_000,
      statementEveryMs: 10_000,
      ...overrides.settings,
    },
  });
  own(() => tracker.close());
  const urls = listening ? await tracker.listen() : { url: '', adminUrl: '' };
  return { tracker, stream, spool, ...urls, logged };
}
