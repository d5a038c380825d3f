import { DynamoDbProxy, type ProxiedCall } from '../helpers/dynamodb-proxy.ts';
import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { withSystem } from './harness/system.ts';

/** The writes between which a consumer may die. */
const writes = [
  { of: 'events', operation: 'BatchWriteItem', table: 'trackingEvents' },
  { of: 'a transaction', operation: 'PutItem', table: 'trackingEvents' },
  { of: 'an order', operation: 'PutItem', table: 'transactions' },
  { of: 'ledger rows', operation: 'BatchWriteItem', table: 'ledger' },
] as const;
/** In the short form every second of the kills, before one write and after the next. */
const rounds = { short: 1, long: 12 };
const perSecond = { short: 50, long: 300 };
/** It is killed at one of so many first writes of a kind. */
const nthMax = 4;
const patienceMs = 60_000;

/** Consumers that are killed between their writes, each of which the next life finds done or not. */
export const fault: Fault = {
  id: 'F13',
  injects: 'SIGKILL of the consumer, before or after a table write',
  expects: 'replay is harmless: nothing is missing, nothing is there twice',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { consumers, place, random, oracle } = system;
      const { short } = surroundings;
      const form = short ? 'short' : 'long';
      const proxy = await DynamoDbProxy.open(place.dynamodbEndpoint);
      proxy.remembersCalls = false;
      try {
        const isTo = (call: ProxiedCall, table: keyof typeof place.tables) =>
          call.body.includes(`"${place.tables[table]}"`);
        let armed: ((call: ProxiedCall) => Promise<'forward' | 'drop'>) | null = null;
        let puts = 0;
        proxy.treat = async (call) => {
          if (isTo(call, 'trackingEvents')) puts += putsIn(call);
          return armed === null ? 'forward' : armed(call);
        };
        const behindProxy = { dynamodbEndpoint: proxy.url };
        await consumers.stop();
        await consumers.start(behindProxy);
        await system.tracker().start();
        const load = system.load({ perSecond: perSecond[form], concurrency: 16, transactionShare: 0.3 });

        let kills = 0;
        for (let round = 0; round < rounds[form]; round++) {
          for (const [index, { of, operation, table }] of writes.entries()) {
            for (const isDone of short ? [index % 2 === 1] : [false, true]) {
              let left = 1 + Math.floor(random() * nthMax);
              armed = async (call) => {
                if (call.operation !== operation || !isTo(call, table) || --left !== 0) return 'forward';
                armed = null;
                await consumers.kill();
                // It hears of neither: a call whose caller is dead is done all the same.
                return isDone ? 'forward' : 'drop';
              };
              await until(`the write of ${of}`, () => !consumers.isRunning, patienceMs);
              kills++;
              await consumers.start(behindProxy);
            }
          }
          surroundings.say(`${kills} kills, ${oracle.accepted} events accepted.`);
        }
        await load.stop();
        const settled = await system.settle();
        const repeated = puts - settled.events.persisted - settled.unheardItems;
        return {
          events: settled.events,
          figure: `${kills} kills; ${settled.events.duplicates} duplicates in the table, of ${repeated} puts that were repeated`,
          violations: [
            ...settled.violations,
            ...(repeated > 0 ? [] : ['Nothing was written again, so that no kill hit anything']),
          ],
        };
      } finally {
        await proxy.close();
      }
    }),
};

function putsIn({ operation, body }: ProxiedCall): number {
  if (operation === 'PutItem') return 1;
  return operation === 'BatchWriteItem' ? body.split('"PutRequest"').length - 1 : 0;
}
