import { randomBytes } from 'node:crypto';
import type { DeadLetter } from '@trackline/adapters/event-store/dead-letters';
import { connectDeadLetters } from '@trackline/adapters/event-store/dead-letters.dynamodb';
import { describe, expect, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { listOf } from '../helpers/list-of.ts';

const done = { ok: true };
const soon = () => performance.now() + 15_000;
const arrivedAtMs = Date.UTC(2026, 0, 31, 23, 59, 59, 999);

let place = 0;

function letter(bytes: Uint8Array, overrides: Partial<DeadLetter> = {}): DeadLetter {
  return {
    reason: 'event_undecodable',
    detail: 'index out of range: 3 + 10 > 4',
    bytes,
    origin: {
      stream: 'trackline-events',
      region: 'eu-central-1',
      shardId: 'shardId-000000000001',
      sequenceNumber: '49590338271490256608559692538361571095921575989136588898',
      index: ++place,
      partitionKey: 'w1',
      arrivedAtMs,
    },
    ...overrides,
  };
}

describe('dead letters', () => {
  onEachDynamoDb((dynamoDb) => {
    async function connected() {
      const { adapter: letters, ...rest } = await dynamoDb.connected('deadLetters', connectDeadLetters);
      const list = (day: string) => listOf(letters.list(day));
      return { letters, list, ...rest };
    }

    test('half a character is nothing that a table takes', async () => {
      const { letters, list } = await connected();
      const detail = `${'x'.repeat(999)}😀`;
      expect(await letters.put([letter(randomBytes(1), { detail })], soon())).toEqual([done]);
      expect(await list('2026-01-31')).toMatchObject([{ detail: `${'x'.repeat(999)}\ufffd` }]);
    });

    test('a letter is listed under its day of arrival, and found whole by its id alone', async () => {
      const { letters, list } = await connected();
      const bytes = randomBytes(1_000);
      const { reason, detail, origin } = letter(bytes);
      expect(await letters.put([{ reason, detail, bytes, origin }], soon())).toEqual([done]);
      const [summary, ...others] = await list('2026-01-31');
      expect(summary).toEqual({
        id: expect.stringMatching(/^2026-01-31-[0-9a-f]{16}$/),
        reason,
        detail,
        origin,
        size: 1_000,
        replayedAtMs: null,
      });
      expect(others).toEqual([]);
      const found = await letters.get(summary!.id);
      expect(found).toEqual({ ...summary, bytes: expect.anything() });
      expect(bytes.equals(found!.bytes)).toBe(true);
      expect(await list('2026-02-01')).toEqual([]);
    });

    test.each([0, 1, 350 * 1024, 350 * 1024 + 1, 1024 * 1024, 3 * 1024 * 1024])(
      'a letter of %i bytes is kept whole',
      async (size) => {
        const { letters, list } = await connected();
        const bytes = randomBytes(size);
        expect(await letters.put([letter(bytes)], soon())).toEqual([done]);
        const summaries = await list('2026-01-31');
        expect(summaries.map((summary) => summary.size)).toEqual([size]);
        const found = await letters.get(summaries[0]!.id);
        expect(bytes.equals(found!.bytes)).toBe(true);
      },
    );

    test('letters are read as they are now, in all their parts', async () => {
      const { letters, proxy, list } = await connected();
      await letters.put([letter(randomBytes(500_000))], soon());
      const [summary] = await list('2026-01-31');
      await letters.get(summary!.id);
      expect(proxy.reads).toEqual(['Query', 'GetItem', 'GetItem']);
    });

    test('a replayed record makes no second letter', async () => {
      const { letters, table } = await connected();
      const batch = [letter(randomBytes(100)), letter(randomBytes(800_000))];
      await letters.put(batch, soon());
      const items = async () =>
        (await dynamoDb.items(table)).map(({ bytes, ...rest }) => ({
          ...rest,
          bytes: Buffer.from(bytes!.B!).toString('base64'),
        }));
      const before = await items();
      await letters.put(batch, soon());
      expect(await items()).toEqual(before);
      expect(before).toHaveLength(1 + 3);
    });

    test('a letter that was put back says when, and so does every reader', async () => {
      const { letters, list } = await connected();
      await letters.put([letter(randomBytes(800_000)), letter(randomBytes(10))], soon());
      const [first, second] = await list('2026-01-31');
      await letters.markReplayed(first!.id, arrivedAtMs + 1_000);
      const marked = { ...first!, replayedAtMs: arrivedAtMs + 1_000 };
      expect(await list('2026-01-31')).toEqual([marked, second]);
      expect(await letters.get(first!.id)).toMatchObject(marked);
    });

    test('a note of a letter that is not there makes none', async () => {
      const { letters, table } = await connected();
      await letters.markReplayed('2026-01-31-0123456789abcdef', 1);
      expect(await dynamoDb.items(table)).toEqual([]);
    });

    test('those of all days are listed, each once, however large', async () => {
      const { letters } = await connected();
      const days = [0, 1, 400].map((n) => ({
        origin: { ...letter(randomBytes(1)).origin, arrivedAtMs: arrivedAtMs - n * 86_400_000 },
      }));
      const batch = days.map((day, n) => letter(randomBytes(n === 1 ? 900_000 : 10), day));
      await letters.put(batch, soon());
      const sizes = (await listOf(letters.listAll())).map(({ id, size }) => [id.slice(0, 10), size]).sort();
      expect(sizes).toEqual([
        ['2024-12-27', 10],
        ['2026-01-30', 900_000],
        ['2026-01-31', 10],
      ]);
    });

    test('a flood of letters goes in batches, large ones among them', async () => {
      const { letters, proxy, list } = await connected();
      const batch = Array.from({ length: 500 }, (_, n) => letter(randomBytes(n % 100 === 0 ? 500_000 : 50)));
      expect(await letters.put(batch, soon())).toEqual(batch.map(() => done));
      expect(await list('2026-01-31')).toHaveLength(500);
      expect(proxy.count('BatchWriteItem')).toBe(1 + 20);
    });

    test('a letter of which a part was not kept is not listed, and its neighbours are', async () => {
      const { letters, proxy, list } = await connected();
      const large = letter(randomBytes(500_000));
      proxy.treat = ({ body }) => (body.includes('"part#') ? { error: 'AccessDeniedException' } : 'forward');
      const outcomes = await letters.put([letter(randomBytes(10)), large, letter(randomBytes(10))], soon());
      expect(outcomes).toMatchObject([
        done,
        { ok: false, code: 'AccessDeniedException', retriable: true },
        done,
      ]);
      expect((await list('2026-01-31')).map(({ size }) => size)).toEqual([10, 10]);
      proxy.treat = () => 'forward';
      expect(await letters.put([large], soon())).toEqual([done]);
      expect(await list('2026-01-31')).toHaveLength(3);
    });

    test('a detail of any length is kept in its first 1,000 characters', async () => {
      const { letters, list } = await connected();
      await letters.put([letter(randomBytes(350 * 1024), { detail: 'é'.repeat(500_000) })], soon());
      expect((await list('2026-01-31')).map(({ detail }) => detail)).toEqual(['é'.repeat(1_000)]);
    });

    test.each(['', 'nonsense', '2026-01-31', '2026-01-31-0123456789abcdef'])(
      'there is no letter %j',
      async (id) => {
        const { letters } = await connected();
        expect(await letters.get(id)).toBeNull();
      },
    );
  });
});
