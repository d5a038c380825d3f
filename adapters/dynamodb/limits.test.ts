import { expect, test } from 'vitest';
import { limits } from './limits.ts';

test('calls that may be under way at once have a connection each', () => {
  expect(limits.batchesAtOnce + limits.putsAtOnce).toBeLessThanOrEqual(limits.socketsMax);
});
