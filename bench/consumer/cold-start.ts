import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock as clock } from '@trackline/domain/clock';
import { formatUpdate } from '@trackline/proto/core-data-update';
import type { KinesisStreamEvent } from 'aws-lambda';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { kinesisEvent } from '../../test/helpers/kinesis-records.ts';
import { program } from '../../test/helpers/programs.ts';
import { realRedisMissing, startNpmRedis, startRealRedis } from '../../test/helpers/redis.ts';
import { seededRandom } from '../../test/helpers/seeded-random.ts';
import type { Settings } from './consumer.ts';
import { kinesisBatch } from './kinesis-batch.ts';
import { bundleLambda } from './lambda-bundle.ts';
import { mixedEvents } from './mixed-events.ts';
import { withTables } from './raw-batch-write.ts';
import { runProgram } from './run-program.ts';

/** How a Lambda begins; times are medians. */
export interface ColdStart {
  readonly bundleKB: number;
  readonly gzippedKB: number;
  /** From the start of the process (Node's own included) until its code is imported. */
  readonly importedMs: number;
  /** … until the first record is stored, its row in the ledger included. */
  readonly storedMs: number;
  /** What all that took of a CPU. */
  readonly cpuMs: number;
}

export interface ColdStarts {
  readonly eventConsumer: ColdStart;
  readonly coreDataUpdater: ColdStart;
}

const firstRecord = fileURLToPath(new URL('./first-record.mjs', import.meta.url));

/** From the start of a process of each Lambda, deployed as one file, until it has stored its first record. */
export async function coldStarts({ folder, quick, dynamodb }: Settings): Promise<ColdStarts> {
  const starts = quick ? 7 : 15;
  const redis = await (realRedisMissing === null ? startRealRedis() : startNpmRedis());
  try {
    return await withTables(dynamodb, async ({ region, dynamodbEndpoint }) => {
      const environment = {
        AWS_REGION: region,
        AWS_ENDPOINT_URL_DYNAMODB: dynamodbEndpoint,
        TRACKLINE_LOG_LEVEL: 'silent',
      };
      const oneEvent = mixedEvents(1, {
        random: seededRandom(5),
        fromMs: clock.wallMs(),
        mix: { impression: 1, click: 0, transaction: 0 },
      });
      return {
        eventConsumer: await coldStart('event-consumer', () => kinesisBatch(oneEvent), environment),
        // Each a version of its own, so that each is new to the table.
        coreDataUpdater: await coldStart(
          'core-data-updater',
          (n) => kinesisEvent(Buffer.from(formatUpdate(program({ version: n + 1 })))),
          { ...environment, REDIS_URL: redis.url },
        ),
      };
    });
  } finally {
    await redis.stop();
  }

  async function coldStart(
    name: string,
    eventOf: (n: number) => KinesisStreamEvent,
    environment: Readonly<Record<string, string>>,
  ): Promise<ColdStart> {
    const bundle = await bundleLambda(`services/${name}/handler.ts`, join(folder, `${name}.mjs`));
    const runs: Started[] = [];
    // The first warms the disk, and DynamoDB.
    for (let n = 0; n <= starts; n++) {
      const eventFile = join(folder, `${name}.event.json`);
      await writeFile(eventFile, JSON.stringify(eventOf(n)));
      const run = await runProgram<Started>(firstRecord, [bundle.file, eventFile], environment);
      if (n > 0) runs.push(run);
    }
    const median = (figure: keyof Started) =>
      Math.round(
        percentile(
          runs.map((run) => run[figure]),
          0.5,
        ),
      );
    return {
      bundleKB: Math.round(bundle.bytes / 1_000),
      gzippedKB: Math.round(bundle.gzippedBytes / 1_000),
      importedMs: median('importedMs'),
      storedMs: median('storedMs'),
      cpuMs: median('cpuMs'),
    };
  }
}

/** As first-record.mjs prints it. */
interface Started {
  readonly importedMs: number;
  readonly storedMs: number;
  readonly cpuMs: number;
}
