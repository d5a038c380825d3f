import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '@trackline/domain/clock';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { limits } from '@trackline/tracker/limits';
import { type DiskSpoolLimits, openDiskSpool } from '@trackline/tracker/shipping/disk/disk-spool';
import type { AppendFile, SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import { nodeSpoolFiles } from '@trackline/tracker/shipping/disk/spool-files.node';
import type { Durability } from '@trackline/tracker/shipping/durability';
import type { EventRun, Spool, SpoolOutcome } from '@trackline/tracker/shipping/spool';
import { onTestFinished } from 'vitest';
import { eventsOf } from './event-runs.ts';
import { trackingEvent } from './events.ts';

export interface DiskSpoolOverrides {
  readonly folder?: string;
  readonly files?: SpoolFiles;
  readonly clock?: Clock;
  readonly limits?: Partial<DiskSpoolLimits>;
  readonly bytesMax?: number;
  readonly adopts?: boolean;
}

let writers = 0;

/** A folder for spools, which goes with the test. */
export function spoolFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-spool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A spool on real files, in a folder of its own unless one is given. */
export async function buildDiskSpool(overrides: DiskSpoolOverrides = {}) {
  const folder = overrides.folder ?? spoolFolder();
  const told: (readonly [name: string, fields: Readonly<Record<string, unknown>>])[] = [];
  const tell = (name: string) => (fields: object) => void told.push([name, { ...fields }]);
  const spool = await openDiskSpool({
    folder,
    bytesMax: overrides.bytesMax ?? 64 * 1024 * 1024,
    files: overrides.files ?? nodeSpoolFiles,
    clock: overrides.clock ?? systemClock,
    adopts: overrides.adopts ?? true,
    newWriter: () => `writer-${++writers}`,
    limits: { ...limits, ...overrides.limits },
    telemetry: {
      groupKept: tell('groupKept'),
      spoolFailed: tell('spoolFailed'),
      spoolDamaged: tell('spoolDamaged'),
      segmentUnreadable: tell('segmentUnreadable'),
      spoolFilling: tell('spoolFilling'),
      spoolAdopted: tell('spoolAdopted'),
    },
  });
  onTestFinished(() => spool.close());
  return { spool, folder, told };
}

/** Offers one event, and gives what became of it. */
export function accept(
  spool: Spool,
  durability: Durability = 'disk',
  overrides: Partial<TrackingEvent> = {},
): Promise<SpoolOutcome> {
  return new Promise((resolve) => {
    spool.accept(trackingEvent(overrides), durability, resolve, null);
  });
}

/** The same with many at once. */
export function acceptMany(
  spool: Spool,
  count: number,
  durability: Durability = 'disk',
): Promise<SpoolOutcome[]> {
  return Promise.all(Array.from({ length: count }, () => accept(spool, durability)));
}

export function sequencesOf(runs: readonly EventRun[]): number[] {
  return runs.flatMap((run) => eventsOf(run).map(({ sequence }) => sequence));
}

/** The segments of the slots, by name. */
export function segmentsIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.segment'))
    .toSorted();
}

/** Files whose calls on open segments go through `through`, in place of the real ones where it gives some. */
export function filesWith(
  through: (file: AppendFile, path: string) => Partial<AppendFile>,
  others: Partial<SpoolFiles> = {},
): SpoolFiles {
  return {
    ...nodeSpoolFiles,
    async create(path) {
      const file = await nodeSpoolFiles.create(path);
      return { ...file, ...through(file, path) };
    },
    ...others,
  };
}
