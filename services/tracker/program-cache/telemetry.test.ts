import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { LogLines } from '../../../test/helpers/log-lines.ts';
import { buildMetrics } from '../watching/metrics.ts';
import { Telemetry } from '../watching/telemetry.ts';

test('an incoherence is counted by its cause, whatever it was', async () => {
  const metrics = buildMetrics();
  const { log, lines: logged } = new LogLines();
  const telemetry = new Telemetry(log, metrics, new FakeClock());
  telemetry.cacheIncoherent({ cause: 'link_lost', detail: 'The connection was closed.' });
  telemetry.cacheIncoherent({ cause: 'not_built', detail: 'The store has no generation.' });
  telemetry.cacheIncoherent({ cause: 'not_built', detail: 'The store has no generation.' });
  expect(logged).toMatchObject([
    { event: 'cache_incoherent', cause: 'link_lost', detail: 'The connection was closed.' },
  ]);
  const text = await metrics.registry.metrics();
  expect(text).toContain('trackline_program_cache_incoherences_total{cause="link_lost"} 1\n');
  expect(text).toContain('trackline_program_cache_incoherences_total{cause="not_built"} 2\n');
});
