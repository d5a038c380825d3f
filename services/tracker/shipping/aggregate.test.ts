import { deaggregate } from '@trackline/proto/kpl';
import { describe, expect, test } from 'vitest';
import { trackingEvent } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { limits } from '../limits.ts';
import { Aggregate } from './aggregate.ts';
import { MemorySpool } from './spool.memory.ts';

/** A spool in which `sizes.length` events wait, with landing URLs of these lengths. */
function spoolOf(sizes: readonly number[], writer = 'w'): MemorySpool {
  const spool = new MemorySpool({ writer, clock: new FakeClock(), bytesMax: 1e7, limits });
  for (const size of sizes) {
    spool.accept(trackingEvent({ landingUrl: 'x'.repeat(size) }), 'memory', () => {}, null);
  }
  return spool;
}

const room = Buffer.alloc(0);

/** The longest hash key there is: 39 digits. */
const highest = (target: Uint8Array) => void target.fill(0xff);
const lowest = (target: Uint8Array) => void target.fill(0);

describe('Aggregate', () => {
  test('fits to the byte under the longest keys, whichever it was cut with', () => {
    const bytesMax = 10_000;
    let fullest = 0;
    for (let pad = 0; pad < 1_600; pad++) {
      const spool = spoolOf([2_000, 2_000, 1_000, 2_000 + pad, 600, 600], 'w'.repeat(256));
      const aggregate = Aggregate.cut(spool, bytesMax, lowest)!;
      aggregate.rekey(highest);
      expect(aggregate.encode(room).explicitHashKey).toBe((2n ** 128n - 1n).toString());
      expect(aggregate.encode(room).data.length).toBeLessThanOrEqual(bytesMax);
      fullest = Math.max(fullest, aggregate.encode(room).data.length);
    }
    expect(fullest).toBe(bytesMax);
  });

  test('takes one event whatever its size, and keeps it under a fresh key', () => {
    const spool = spoolOf([5_000, 10]);
    const aggregate = Aggregate.cut(spool, 1_000, lowest)!;
    expect(aggregate.run).toMatchObject({ first: 1, last: 1 });
    const before = deaggregate(aggregate.encode(room).data)!;
    aggregate.rekey(highest);
    const after = deaggregate(aggregate.encode(room).data)!;
    expect(after.map(({ data }) => data)).toEqual(before.map(({ data }) => data));
    expect(after[0]!.explicitHashKey).not.toBe(before[0]!.explicitHashKey);
    expect(Aggregate.cut(spool, 1_000, lowest)!.run).toMatchObject({ first: 2, last: 2 });
    expect(Aggregate.cut(spool, 1_000, lowest)).toBeNull();
  });
});
