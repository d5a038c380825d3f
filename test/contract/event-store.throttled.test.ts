import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { clickEvent, transactionRun } from '../helpers/orders.ts';
import { connectedEvents, soon, storable, stored } from '../helpers/storable.ts';

const requestsOf = (body: string) => body.split('"PutRequest"').length - 1;

describe('a table that is short of room', () => {
  onEachDynamoDb((dynamoDb) => {
    test('takes half of each call: calls are filled up, so that they are few', async () => {
      const { events, proxy, table } = await connectedEvents(dynamoDb);
      proxy.treat = ({ body }) => ({ unprocessed: Math.floor(requestsOf(body) / 2) });
      const batch = Array.from({ length: 1_000 }, () => storable());
      expect(await events.put(batch, soon())).toEqual(batch.map(() => stored));
      expect(await dynamoDb.items(table)).toHaveLength(1_000);
      // 12 or 13 items a call at best are 80; each of the 8 workers ends with a few that are not full.
      expect(proxy.calls.length).toBeLessThan(80 + 8 * 5);
    });

    test('refuses calls: they are made again at a pace of all together, and none is lost', async () => {
      const { events, proxy, table } = await connectedEvents(dynamoDb);
      let refusals = 0;
      proxy.treat = () => (refusals++ < 30 ? { error: 'ProvisionedThroughputExceededException' } : 'forward');
      const batch = [
        ...Array.from({ length: 200 }, () => storable(clickEvent())),
        ...transactionRun(20).map((event) => storable(event)),
      ];
      expect(await events.put(batch, soon())).toEqual(batch.map(() => stored));
      expect(await dynamoDb.items(table)).toHaveLength(220);
      expect(proxy.calls).toHaveLength(30 + 200 / 25 + 20);
    });
  });
});
