import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deaggregate, encodeAggregate } from './kpl.ts';
import { encodeRun, innerRecordBytes, putInnerRecord, runOverheadBytes } from './kpl-run.ts';

const partitionKey = '0190163d-8694-739b-aea5-966c26f8ad91';
const explicitHashKey = (2n ** 128n - 1n).toString();

/** The records one behind the other, and where each ends. */
function written(all: readonly Uint8Array[]): { records: Buffer; ends: number[] } {
  const records = Buffer.alloc(all.reduce((sum, data) => sum + innerRecordBytes(data.length), 0));
  let at = 0;
  const ends = all.map((data) => {
    at = putInnerRecord(records, at, data);
    return at;
  });
  return { records, ends };
}

const data = fc.uint8Array({ maxLength: 400 });

describe('a run of one key each', () => {
  test('is the aggregate that the general encoder makes of its records', () => {
    fc.assert(
      fc.property(fc.array(data, { minLength: 1, maxLength: 40 }), (all) => {
        const userRecords = all.map((each) => ({ partitionKey, explicitHashKey, data: each }));
        const aggregate = encodeRun(partitionKey, explicitHashKey, written(all).records);
        expect(Buffer.from(aggregate).equals(encodeAggregate(userRecords))).toBe(true);
        expect(deaggregate(aggregate)?.length).toBe(all.length);
      }),
    );
  });

  test('has its length foretold, also of keys that are no ASCII', () => {
    const { records } = written([Buffer.from('one'), Buffer.from('two')]);
    for (const key of ['', 'w', 'ü', 'a\ud800', 'k'.repeat(256)]) {
      const aggregate = encodeRun(key, '7', records);
      expect(aggregate.length).toBe(runOverheadBytes(key, '7') + records.length);
    }
  });

  test.each([0, 1, 119, 120, 121, 127, 128, 16_373, 16_376, 16_383, 16_384, 2_097_151, 2_097_152])(
    'has records whose length is foretold where a length takes another byte: data of %i bytes',
    (length) => {
      const { records, ends } = written([Buffer.alloc(length), Buffer.alloc(1)]);
      expect(ends[0]).toBe(innerRecordBytes(length));
      expect(deaggregate(encodeRun('w', '1', records))!.map((record) => record.data.length)).toEqual([
        length,
        1,
      ]);
    },
  );
});
