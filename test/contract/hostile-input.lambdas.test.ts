import { buildUpdater } from '@trackline/core-data-updater/handler';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildTestUpdater, coreDataUpdate } from '../helpers/core-data-updater.ts';
import { onEachDynamoDb, region } from '../helpers/dynamodb.ts';
import { buildConsumer } from '../helpers/event-consumer.ts';
import { eventDay, recordedEvent } from '../helpers/events.ts';
import { expectHarmless, expectHarmlessLog, hostileTexts, wireBytes } from '../helpers/hostile-text.ts';
import { aggregate, bytesOf, context, kinesisEvent } from '../helpers/kinesis-records.ts';
import { onRealRedis } from '../helpers/real-redis.ts';
import { run } from './cli-stack.ts';

/** What is logged and shown of records that say the worst: on the streams anybody may have put them. */

/** As text in place of an update, in each of its fields, and as fields of its own. */
const updates = hostileTexts.flatMap((text) => [
  wireBytes(text),
  coreDataUpdate(1, { id: text }),
  coreDataUpdate(1, { name: text, status: text, landingUrl: text, deepLinkHosts: [text] }),
  coreDataUpdate(1, { name: `Aurora${text}` }),
  coreDataUpdate(1, { [text]: text, version: text }),
]);

describe('of core-data updates', () => {
  onRealRedis((redis) => {
    onEachDynamoDb((dynamoDb) => {
      test('the log and the command line show what they say as escapes', async () => {
        const { updater, config, letters, logged } = await buildTestUpdater(dynamoDb, redis.server);
        await updater.handler(kinesisEvent(...updates), context());
        expect(logged.of('dead_lettered').length).toBeGreaterThan(hostileTexts.length);
        expectHarmlessLog(logged.raw, []);

        const environment = {
          AWS_REGION: region,
          AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
          TRACKLINE_DEAD_LETTERS_TABLE: config.tables.deadLetters,
        };
        const trackline = async (...args: readonly string[]) => {
          const { code, stdout, stderr } = await run(args, { environment });
          expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
          expectHarmless(stdout);
          return stdout;
        };
        await trackline('dead-letters', 'list', '--day', eventDay);
        const { id } = (await letters()).find(({ bytes }) => Buffer.from(bytes).includes('\u202e'))!;
        expect(await trackline('dead-letters', 'show', id, '--full')).toContain('\\u202e');
        await trackline('dead-letters', 'show', id, '--json');
      });

      test('a Redis that refuses the password is told without it', async () => {
        const { client, url } = redis.server;
        const { logged, config } = await buildTestUpdater(dynamoDb, redis.server);
        await client.config('SET', 'requirepass', 'right-password');
        onTestFinished(async () => void (await client.config('SET', 'requirepass', '')));
        const refused = url.replace('//', '//:wr0ng-password@');
        const updater = buildUpdater(() => ({ ...config, redisUrl: refused }));
        onTestFinished(() => updater.close());
        await expect(updater.rebuild()).rejects.toThrow();
        await updater.handler(kinesisEvent(coreDataUpdate(1)), context(3_000));
        expect(logged.of('update_failed')).toHaveLength(1);
        expectHarmlessLog(logged.raw, ['wr0ng-password', 'right-password']);
      });
    });
  });
});

describe('of events', () => {
  onEachDynamoDb((dynamoDb) => {
    test('the log has nothing of what they say', async () => {
      const { handler, logged } = await buildConsumer(dynamoDb);
      const records = hostileTexts.flatMap((text) => [
        wireBytes(text),
        bytesOf(recordedEvent({ messageId: text, programId: text, userAgent: text })),
        aggregate(wireBytes(text), recordedEvent({ programId: text, params: { [text]: text } })),
      ]);
      await handler(kinesisEvent(...records), context());
      expect(logged.of('dead_lettered')).not.toEqual([]);
      expectHarmlessLog(logged.raw, ['forged']);
    });
  });
});
