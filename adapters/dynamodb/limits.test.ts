import { expect, test } from 'vitest';
import { limits } from './limits.ts';

test('whatever the consumer writes at a time, events beside statements, has a connection each', () => {
  expect(2 * limits.batchesAtOnce + limits.putsAtOnce).toBeLessThanOrEqual(limits.socketsMax);
});
