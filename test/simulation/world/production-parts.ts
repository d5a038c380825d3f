import type { Clock } from '@trackline/domain/clock';
import { newMessageId } from '@trackline/domain/message-id';
import type { Limits } from '@trackline/tracker/limits';
import { ProgramCache } from '@trackline/tracker/program-cache/program-cache';
import { openDiskSpool } from '@trackline/tracker/shipping/disk/disk-spool';
import type { SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import type { SpoolTelemetry } from '@trackline/tracker/shipping/disk/telemetry';
import type { SenderSpool } from '@trackline/tracker/shipping/sender';
import type { Spool } from '@trackline/tracker/shipping/spool';
import type { Chance } from './chance.ts';
import { ProgramTable } from './program-table.ts';

/** What the simulation drives. A planted bug puts something else in the place of one. */
export interface ProductionParts {
  openSpool(options: OpenSpoolOptions): Promise<Spool>;
  /** The file system, as the spool gets it. */
  files(files: SpoolFiles): SpoolFiles;
  /** The spool, as the sender gets it. */
  outlet(spool: Spool): SenderSpool;
  readonly ProgramCache: typeof ProgramCache;
  /** The table is simulated; what is planted in it shows whether the promise is looked after. */
  readonly ProgramTable: typeof ProgramTable;
}

export interface OpenSpoolOptions {
  readonly folder: string;
  readonly bytesMax: number;
  readonly files: SpoolFiles;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly limits: Limits;
  readonly telemetry: SpoolTelemetry;
}

export const productionParts: ProductionParts = {
  openSpool: ({ chance, ...options }) =>
    openDiskSpool({ ...options, newWriter: () => newMessageId(options.clock.wallMs(), chance.bytes) }),
  files: (files) => files,
  outlet: (spool) => spool,
  ProgramCache,
  ProgramTable,
};
