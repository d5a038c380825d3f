import { DynamoDbProxy } from '../helpers/dynamodb-proxy.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { withSystem } from './harness/system.ts';

const acceptedMin = { short: 1_000, long: 50_000 };

/** A table that is short of room, and leaves half of what it is given undone. */
export const fault: Fault = {
  id: 'F15',
  injects: 'half of each BatchWriteItem unprocessed',
  expects: 'it is tried again at a pace that the table can take, and nothing is missing',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { consumers, place, oracle } = system;
      const proxy = await DynamoDbProxy.open(place.dynamodbEndpoint);
      proxy.remembersCalls = false;
      try {
        const seen = { calls: 0, items: 0 };
        proxy.treat = ({ operation, body }) => {
          if (operation !== 'BatchWriteItem') return 'forward';
          const requests = body.split('"PutRequest"').length - 1;
          const unprocessed = Math.floor(requests / 2);
          if (body.includes(`"${place.tables.trackingEvents}"`)) {
            seen.calls++;
            seen.items += requests - unprocessed;
          }
          return unprocessed === 0 ? 'forward' : { unprocessed };
        };
        await consumers.stop();
        await consumers.start({ dynamodbEndpoint: proxy.url });
        await system.tracker().start();
        const load = system.load({ perSecond: 1_000, concurrency: 16 });
        const wanted = acceptedMin[surroundings.short ? 'short' : 'long'];
        await until('enough events', () => oracle.accepted >= wanted, 300_000);
        await load.stop();
        if (!(await consumers.caughtUp(120_000))) surroundings.say('Not all is consumed yet.');
        const { calls, items } = { ...seen };
        proxy.treat = () => 'forward';
        const settled = await system.settle();
        return {
          events: settled.events,
          figure: `${(calls / items).toFixed(2)} calls per item, where 0.08 would be full batches of 25, half taken (${items} items)`,
          violations: [
            ...settled.violations,
            ...(calls <= items ? [] : [`${calls} calls were made for ${items} items`]),
          ],
        };
      } finally {
        await proxy.close();
      }
    }),
};
