import { randomFillSync } from 'node:crypto';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { newMessageId } from '@trackline/domain/message-id';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf } from '../helpers/kinesis-records.ts';
import { transactionEvent } from '../helpers/orders.ts';
import { until } from '../helpers/until.ts';
import { CliStack } from './cli-stack.ts';

let cli: CliStack;
let dynamoDb: DynamoDBClient;

beforeAll(async () => {
  cli = await CliStack.start();
  dynamoDb = new DynamoDBClient({
    region: cli.file.region,
    endpoint: cli.file.dynamodbEndpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterAll(async () => {
  dynamoDb?.destroy();
  await cli?.stop();
});

interface Letter {
  readonly id: string;
  readonly reason: string;
  readonly replayedAt: string | null;
}

interface Counts {
  readonly replayed: number;
  readonly skipped: number;
  readonly failed: number;
}

const replay = (...words: string[]) => cli.document<Counts>('dead-letters', 'replay', ...words);

describe('trackline dead-letters replay', () => {
  test('once its cause is mended, an event counts as if it had been taken at first', async () => {
    const nowMs = Date.now();
    const event = transactionEvent(
      { orderId: 'o-replayed' },
      {
        programId: 'replays',
        messageId: newMessageId(nowMs, randomFillSync),
        receivedAtMs: nowMs,
        writer: 'cli-replay-test',
      },
    );
    const Key = { pk: { S: 'replays' }, sk: { S: 'o-replayed' } };
    const TableName = cli.file.tables.transactions;
    await dynamoDb.send(new PutItemCommand({ TableName, Item: { ...Key, status: { S: 'refunded' } } }));
    await cli.put(cli.file.eventStream, event.writer, bytesOf(event));

    const days = () => new Set([nowMs, Date.now()].map((ms) => new Date(ms).toISOString().slice(0, 10)));
    const lettersOf = async (...words: string[]) => {
      const all: Letter[] = [];
      for (const day of days()) {
        const list = ['dead-letters', 'list', '--day', day, ...words];
        all.push(...(await cli.document<{ deadLetters: Letter[] }>(...list)).deadLetters);
      }
      return all.filter(({ reason }) => reason === 'order_unreadable');
    };
    const letter = await until('the dead letter', async () => (await lettersOf('--open'))[0] ?? null);
    expect(letter.replayedAt).toBeNull();

    await dynamoDb.send(new DeleteItemCommand({ TableName, Key }));
    expect(await replay('--all-of', 'order_unreadable')).toMatchObject({ replayed: 1, failed: 0 });
    const order = ['transactions', '--program', 'replays', '--order', 'o-replayed', '--json'];
    await until('the order', async () => {
      const { code, stdout } = await cli.trackline(...order);
      return code === 0 && JSON.parse(stdout).messageId === event.messageId;
    });

    expect(await lettersOf()).toMatchObject([{ id: letter.id, replayedAt: expect.stringMatching(/Z$/) }]);
    expect(await replay(letter.id)).toMatchObject({ replayed: 0, skipped: 1 });
  });

  test('a batch that was given up is taken up again, and told so', async () => {
    const bytes = Buffer.from('{"id":"given-up","version":3,"deleted":true}');
    await cli.giveUp(bytes);
    expect(await replay('--on-failure', '--per-second', '50')).toMatchObject({ replayed: 1, failed: 0 });
    await until('the program', async () => (await cli.trackline('program', 'get', 'given-up')).code === 0);
    expect(await replay('--on-failure')).toMatchObject({ replayed: 0, skipped: 1 });
    const open = await cli.trackline('dead-letters', 'list', '--on-failure', '--open');
    expect(open.stdout).toBe('No batch that was given up is open.\n');
  });
});
