import type { ProgramVersion } from '@trackline/domain/program';
import type { SpoolFiles } from '@trackline/tracker/shipping/disk/spool-files';
import { type ProductionParts, productionParts } from './world/production-parts.ts';
import { ProgramTable } from './world/program-table.ts';

/** Bugs that the simulation must find; each in the place of one part. */

/** Answers before the disk has it. */
export const acknowledgesBeforeSync: ProductionParts = {
  ...productionParts,
  files: (files: SpoolFiles): SpoolFiles => ({
    ...files,
    async create(path) {
      const file = await files.create(path);
      return {
        ...file,
        async sync() {
          file.sync().catch(() => {});
        },
      };
    },
  }),
};

/** Takes what the sender was handed for sent. */
export const deletesBeforeAcknowledgement: ProductionParts = {
  ...productionParts,
  outlet: (spool) => ({
    take(bytesMax) {
      const run = spool.take(bytesMax);
      if (run !== null) spool.release(run);
      return run;
    },
    release() {},
    get waitingBytes() {
      return spool.waitingBytes;
    },
    get waitingSinceMs() {
      return spool.waitingSinceMs;
    },
    get queuedBytes() {
      return spool.queuedBytes;
    },
    onWaiting: (listener) => spool.onWaiting(listener),
    account: () => spool.account(),
    ended: () => spool.ended(),
  }),
};

class EqualWins extends ProgramTable {
  protected override wins(program: ProgramVersion, held: ProgramVersion): boolean {
    return program.version >= held.version;
  }
}

/** Lets another content of a version take the place of the first. */
export const takesEqualVersions: ProductionParts = { ...productionParts, ProgramTable: EqualWins };
