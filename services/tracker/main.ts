import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { ConfigError, exitCodeConfig } from '@trackline/adapters/environment/environment';
import { processConfig, type TrackerConfig, workersIn } from './config.ts';
import { keepHeapSmall } from './heap.ts';

/** The tracker's program: one process, or the primary of a cluster and its workers, which run this, too. */

function configOrExit(): TrackerConfig {
  try {
    return processConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(exitCodeConfig);
  }
}

keepHeapSmall();
const config = configOrExit();
const workers = workersIn(config, availableParallelism());
// A primary has no need of what a tracker loads, and of its memory.
if (workers === 1 || cluster.isWorker) {
  const { runTracker } = await import('./tracker-process.ts');
  await runTracker(config, Math.random);
} else {
  const { runPrimary } = await import('./primary-process.ts');
  await runPrimary(config, workers);
}
