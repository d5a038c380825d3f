import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { until } from '../../../test/helpers/until.ts';
import { observeCollections } from './gc-pauses.ts';

test('collections are counted, with how long they took', async () => {
  const registry = new Registry();
  observeCollections(registry);
  const garbage: object[] = [];
  const counted = async () => {
    for (let made = 0; made < 100_000; made++) garbage[made % 1_000] = { made };
    const metrics = await registry.metrics();
    return /^trackline_gc_seconds_count\{kind="minor"\} [1-9]/m.test(metrics) ? metrics : null;
  };
  const metrics = await until('a collection to be counted', counted);
  expect(metrics).toMatch(/^trackline_gc_seconds_sum\{kind="minor"\} 0*\.?0*[1-9]/m);
});
