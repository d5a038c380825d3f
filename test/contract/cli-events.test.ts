import { randomFillSync } from 'node:crypto';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { newMessageId } from '@trackline/domain/message-id';
import type { TrackingEvent, TransactionStatus } from '@trackline/domain/tracking-event';
import { encodeEvent } from '@trackline/proto/tracking-event';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableReader } from '../helpers/event-table.ts';
import { trackingEvent } from '../helpers/events.ts';
import { until } from '../helpers/until.ts';
import { CliStack, run } from './cli-stack.ts';

const sample = 'aurora-shoes';
let cli: CliStack;

beforeAll(async () => {
  cli = await CliStack.start();
});
afterAll(() => cli?.stop());

describe('events and their account', () => {
  const writer = 'cli-contract-test';
  const nowMs = Date.now();
  const event = (type: 'impression' | 'click', userAgent: string): TrackingEvent => {
    const messageId = newMessageId(nowMs, randomFillSync);
    return trackingEvent({
      messageId,
      type,
      programId: 'account',
      clickId: type === 'click' ? messageId : '',
      receivedAtMs: nowMs,
      userAgent,
      params: { sub1: 'x' },
    });
  };
  let recorded: TrackingEvent[];

  beforeAll(async () => {
    recorded = [event('impression', 'a\u001b[2Jb'), event('click', 'plain'), event('impression', 'plain')];
    for (const [index, each] of recorded.entries()) {
      await cli.put(cli.file.eventStream, writer, encodeEvent(each, index + 1));
    }
    await until('the ledger to have them', async () => {
      const { stdout } = await cli.trackline('ledger', '--writer', writer, '--json');
      return stdout !== '' && JSON.parse(stdout).totals.persisted === recorded.length;
    });
  });

  test('an event of a tracker is shown', async () => {
    await fetch(`${cli.file.trackerUrl}/v1/impression/${sample}?publisher=shown`);
    await until('the event', async () =>
      /impression +shown /.test((await cli.trackline('events', '--program', sample)).stdout),
    );
  });

  test('events are a table that no user agent can break out of', async () => {
    const { stdout } = await cli.trackline('events', '--program', 'account');
    expect(stdout).toContain('a\\x1b[2Jb');
    expect(stdout).not.toContain('\u001b');
    expect(stdout.trimEnd().split('\n')).toHaveLength(4);
  });

  test('they are filtered, limited, and shown whole', async () => {
    const { events } = await cli.document<{ events: TrackingEvent[] }>(
      'events',
      '--program',
      'account',
      '--type',
      'click',
    );
    const more = { writer, sequence: 2, duplicateOf: '', unknownFields: null };
    expect(events).toEqual([{ ...recorded[1], ...more }]);
    const limited = await cli.document<{ events: unknown[] }>(
      'events',
      '--program',
      'account',
      '--limit',
      '2',
    );
    expect(limited.events).toHaveLength(2);
    const whole = await cli.trackline('events', '--program', 'account', '--message', recorded[0]!.messageId);
    expect(whole.stdout).toMatch(/^params\.sub1 +x$/m);
  });

  test('the report counts them', async () => {
    const day = new Date(nowMs).toISOString().slice(0, 10);
    expect(await cli.document('report', '--program', 'account', '--day', day)).toEqual({
      programId: 'account',
      day,
      counts: { impression: 2, click: 1, transaction: 0 },
      total: 3,
    });
    expect((await cli.trackline('report', '--program', 'account', '--day', day, '--hours')).stdout).toMatch(
      /^\d\d:00 +2 +1 +0 +3$/m,
    );
  });

  test('a reader that goes away early is no error', async () => {
    const finished = await run(['--stack', cli.path, 'program', 'list'], { closesStdout: true });
    expect(finished).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('a row deleted from the ledger: the gap is named, and the exit code is 1', async () => {
    expect(await cli.trackline('ledger', '--writer', writer)).toMatchObject({ code: 0, stderr: '' });
    const tables = tableReader(cli.file);
    const rows = await tables.items(cli.file.tables.ledger);
    const row = rows.find((item) => item.writer?.S === writer && item.first?.N === '2')!;
    const Key = { pk: row.pk!, sk: row.sk! };
    await tables.client.send(new DeleteItemCommand({ TableName: cli.file.tables.ledger, Key }));
    tables.close();

    const { code, stderr } = await cli.trackline('ledger', '--pending-max', '0');
    expect(code).toBe(1);
    expect(stderr).toContain(`${writer} 2`);
    const asJson = await cli.trackline('ledger', '--writer', writer, '--pending-max', '0', '--json');
    expect(asJson.code).toBe(1);
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      totals: { persisted: 2, missing: 1 },
      writers: [{ missingIntervals: [{ first: 2, last: 2 }] }],
    });
  });
});

describe('orders', () => {
  const writer = 'cli-orders-test';
  const programId = 'orders';
  const nowMs = Date.now();
  const click = trackingEvent({
    messageId: newMessageId(nowMs, randomFillSync),
    type: 'click',
    programId,
    publisherId: 'of-the-click',
    receivedAtMs: nowMs,
  });
  const of = (status: TransactionStatus, afterMs: number): TrackingEvent =>
    trackingEvent({
      messageId: newMessageId(nowMs + afterMs, randomFillSync),
      type: 'transaction',
      programId,
      receivedAtMs: nowMs + afterMs,
      clickId: click.messageId,
      transaction: { orderId: 'o-1', amount: '19.90', currency: 'EUR', status, claims: true },
    });
  const all = [of('pending', 1), of('approved', 2), of('approved', 3), click];

  beforeAll(async () => {
    for (const [index, each] of all.entries()) {
      await cli.put(cli.file.eventStream, writer, encodeEvent(each, index + 1));
    }
    await until('the ledger to have them', async () => {
      const { stdout } = await cli.trackline('ledger', '--writer', writer, '--json');
      return stdout !== '' && JSON.parse(stdout).totals.persisted === all.length;
    });
  });

  test('are listed, each by its claimant, attributed to the click', async () => {
    const { stdout } = await cli.trackline('transactions', '--program', programId);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stdout).toMatch(/ o-1 +approved +19\.90 EUR +of-the-click +attributed /);
    expect(stdout).toContain(all[0]!.messageId);
  });

  test('one is shown with its history', async () => {
    const order = await cli.document('transactions', '--program', programId, '--order', 'o-1');
    expect(order).toMatchObject({
      status: 'approved',
      messageId: all[0]!.messageId,
      history: [
        { status: 'pending', messageId: all[0]!.messageId },
        { status: 'approved', messageId: all[1]!.messageId },
      ],
    });
    const none = await cli.trackline('transactions', '--program', programId, '--order', 'o-2');
    expect(none).toMatchObject({ code: 1, stdout: '' });
  });

  test('a duplicate is flagged among the events', async () => {
    const { stdout } = await cli.trackline('events', '--program', programId);
    const flagged = stdout.split('\n').filter((line) => / duplicate /.test(line));
    expect(flagged).toEqual([expect.stringContaining(all[2]!.messageId)]);
  });
});

describe('a visitor', () => {
  const visitorId = '-q3V0rR1S2mK8dZ4b7TnAg';
  const writer = 'cli-erase-test';

  test('is erased, and stays counted in the ledger', async () => {
    const nowMs = Date.now();
    const all = [visitorId, visitorId, ''].map((each) =>
      trackingEvent({
        messageId: newMessageId(nowMs, randomFillSync),
        programId: 'erase',
        receivedAtMs: nowMs,
        visitorId: each,
      }),
    );
    for (const [index, each] of all.entries()) {
      await cli.put(cli.file.eventStream, writer, encodeEvent(each, index + 1));
    }
    const persisted = async () => {
      const { stdout } = await cli.trackline('ledger', '--writer', writer, '--json');
      return stdout !== '' && JSON.parse(stdout).totals.persisted === all.length;
    };
    await until('the ledger to have them', persisted);
    const counts = { visitorId, found: 2, read: expect.any(Number) };
    expect(await cli.document('erase', '--visitor', visitorId, '--dry-run')).toEqual({
      ...counts,
      dryRun: true,
      erased: 0,
    });
    const { code, stdout, stderr } = await cli.trackline('erase', '--visitor', visitorId);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^2 of 2 events of -q3V0rR1S2mK8dZ4b7TnAg erased; [\d,]+ were read\.\n/);
    const { events } = await cli.document<{ events: { messageId: string }[] }>(
      'events',
      '--program',
      'erase',
    );
    expect(events.map(({ messageId }) => messageId)).toEqual([all[2]!.messageId]);
    expect(await cli.document('erase', '--visitor', visitorId)).toMatchObject({ found: 0, erased: 0 });
    expect(await persisted()).toBe(true);
  });
});

describe('dead letters', () => {
  interface Listed {
    readonly deadLetters: readonly { readonly id: string; readonly reason: string }[];
  }
  const today = () => new Date().toISOString().slice(0, 10);
  const began = today();
  /** The first of a reason. It lies under the day on which it came, which midnight may have ended since. */
  const letterOf = (reason: string) =>
    until(`a dead letter ${reason}`, async () => {
      for (const day of new Set([began, today()])) {
        const { deadLetters } = await cli.document<Listed>('dead-letters', 'list', '--day', day);
        const letter = deadLetters.find((each) => each.reason === reason);
        if (letter) return letter;
      }
      return null;
    });

  test('a bad update is shown with its reason, its origin and its text', async () => {
    await cli.put(cli.file.coreDataStream, 'bad', Buffer.from('{"id":"bad","version":0,"deleted":true}'));
    const { id } = await letterOf('update_invalid');
    const { stdout } = await cli.trackline('dead-letters', 'show', id);
    expect(stdout).toContain('The update does not fit its schema.');
    expect(stdout).toMatch(/^stream +trackline-core-data$/m);
    expect(stdout).toContain('{"id":"bad","version":0,"deleted":true}');
    expect(stdout).toContain('00000000  7b 22 69 64');
  });

  test('a record that is no event is shown, byte by byte', async () => {
    await cli.put(cli.file.eventStream, 'bad', Buffer.from([0x0a, 0xff, 0xff]));
    const { id } = await letterOf('event_undecodable');
    const shown = await cli.document<{ bytes: string }>('dead-letters', 'show', id);
    expect(Buffer.from(shown.bytes, 'base64')).toEqual(Buffer.from([0x0a, 0xff, 0xff]));
  });

  test('batches that were given up are listed and shown', async () => {
    expect((await cli.trackline('dead-letters', 'list', '--on-failure')).stdout).toBe(
      'No batch was given up.\n',
    );
    const bytes = Buffer.from('{"id":"given-up","version":3,"deleted":true}');
    await cli.giveUp(bytes);
    const { batches } = await cli.document<{ batches: { key: string }[] }>(
      'dead-letters',
      'list',
      '--on-failure',
    );
    expect(batches).toHaveLength(1);
    const { stdout } = await cli.trackline('dead-letters', 'show', batches[0]!.key);
    expect(stdout).toContain('"id": "given-up"');
  });
});
