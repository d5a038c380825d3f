import { startFreshStack } from './fresh-stack.ts';
import { type TableFreshness, tableFreshness } from './table-freshness.ts';
import { publishFreshness, type UpdateFreshness, updateFreshness } from './update-freshness.ts';

export interface FreshnessSettings {
  readonly quick: boolean;
  /**
   * auto: DynamoDB Local, on the disk, where Java is. It syncs each item four times by itself (as strace counts them),
   * and takes 400 to 1,000 items a second so, whoever writes them: then it is the disk that is measured. dynalite
   * syncs none.
   */
  readonly dynamodb: 'auto' | 'dynalite';
}

export interface FreshnessFigures {
  /** Accepted → readable in the table, at 1,000 events a second. */
  readonly tableP50Ms: number;
  readonly tableP99Ms: number;
  /** Core-data update on the stream → decided upon. */
  readonly updateP50Ms: number;
  readonly updateP99Ms: number;
  /** Redis PUBLISH → decided upon. */
  readonly publishP50Ms: number;
  readonly publishP99Ms: number;
  readonly table: TableFreshness;
  readonly update: UpdateFreshness;
  readonly publish: UpdateFreshness;
}

const programs = 5;
const perSecond = 1_000;

/** How soon what happens is known where it matters, on the embedded stack as `npm start` runs it. */
export async function measureFreshness(
  { say }: { readonly say: (line: string) => void },
  { quick = false, dynamodb = 'dynalite' }: Partial<FreshnessSettings> = {},
): Promise<FreshnessFigures> {
  say(`freshness: starting the stack (DynamoDB: ${dynamodb})`);
  const fresh = await startFreshStack(programs, dynamodb);
  try {
    say('freshness: Redis PUBLISH → decided upon');
    const publish = await publishFreshness(fresh, quick ? 200 : 1_000);
    say('freshness: core-data update → decided upon');
    const update = await updateFreshness(fresh, quick ? 100 : 300);
    say(`freshness: accepted → readable, at ${perSecond} events/s`);
    const table = await tableFreshness(fresh, perSecond, quick ? 10 : 30);
    return {
      tableP50Ms: table.p50Ms,
      tableP99Ms: table.p99Ms,
      updateP50Ms: update.p50Ms,
      updateP99Ms: update.p99Ms,
      publishP50Ms: publish.p50Ms,
      publishP99Ms: publish.p99Ms,
      table,
      update,
      publish,
    };
  } finally {
    await fresh.stop();
  }
}
