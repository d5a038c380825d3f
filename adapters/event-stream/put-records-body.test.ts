import fc from 'fast-check';
import { expect, test } from 'vitest';
import { putRecordsBody } from './put-records-body.ts';

test('the body says of each record what the call of the SDK would', () => {
  const record = fc.record(
    {
      data: fc.uint8Array({ maxLength: 300 }),
      partitionKey: fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
      explicitHashKey: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map(String),
    },
    { requiredKeys: ['data', 'partitionKey'] },
  );
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const body = putRecordsBody('tracking-events', records);
      expect(JSON.parse(body.toString())).toEqual({
        StreamName: 'tracking-events',
        Records: records.map(({ data, partitionKey, explicitHashKey }) => ({
          Data: Buffer.from(data).toString('base64'),
          PartitionKey: partitionKey,
          ...(explicitHashKey !== undefined && { ExplicitHashKey: explicitHashKey }),
        })),
      });
    }),
  );
});
