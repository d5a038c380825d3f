import { randomBytes } from 'node:crypto';
import { connectEraser } from '@trackline/adapters/event-store/erase-visitor.dynamodb';
import type { Erased } from '@trackline/adapters/event-store/tracking-events';
import { connectTrackingEvents } from '@trackline/adapters/event-store/tracking-events.dynamodb';
import { type Clock, systemClock } from '@trackline/domain/clock';
import { describe, expect, onTestFinished, test } from 'vitest';
import { onEachDynamoDb } from '../helpers/dynamodb.ts';
import { recordedEvent } from '../helpers/events.ts';

const visitor = () => randomBytes(16).toString('base64url');
const some = (count: number, visitorId: string, filler = '') =>
  Array.from({ length: count }, (_, n) => ({
    event: recordedEvent({ sequence: n + 1, visitorId, programId: `p${n % 5}`, params: { filler } }),
    unknownFields: null,
  }));

describe('erasing a visitor', () => {
  onEachDynamoDb((dynamoDb) => {
    async function connected(clock: Clock = systemClock) {
      const { adapter: eraser, ...rest } = await dynamoDb.connected('trackingEvents', (target) =>
        connectEraser({ ...target, clock }),
      );
      const options = { clock: systemClock, random: Math.random };
      const events = connectTrackingEvents({ ...dynamoDb.target(rest.table), ...options });
      onTestFinished(() => events.close());
      const put = (batch: Parameters<typeof events.put>[0]) => events.put(batch, performance.now() + 30_000);
      const left = async () =>
        (await dynamoDb.items(rest.table)).map(({ visitorId }) => visitorId?.S ?? '').toSorted();
      return { eraser, put, left, ...rest };
    }

    test('deletes every event of the visitor, of all programs, and no other', async () => {
      const { eraser, put, left } = await connected();
      const [gone, stays] = [visitor(), visitor()];
      await put([...some(40, gone), ...some(30, stays), ...some(20, '')]);
      expect(await eraser.eraseVisitor(gone, { dryRun: false })).toEqual({ read: 90, found: 40, erased: 40 });
      expect(await left()).toEqual([...Array(20).fill(''), ...Array(30).fill(stays)]);
      expect(await eraser.eraseVisitor(gone, { dryRun: false })).toEqual({ read: 50, found: 0, erased: 0 });
    });

    test('only counts in a dry run', async () => {
      const { eraser, put, left, proxy } = await connected();
      const gone = visitor();
      await put(some(12, gone));
      expect(await eraser.eraseVisitor(gone, { dryRun: true })).toEqual({ read: 12, found: 12, erased: 0 });
      expect(await left()).toHaveLength(12);
      expect(proxy.count('DeleteItem')).toBe(0);
    });

    test('reads page by page, and tells how far it is', async () => {
      const { eraser, put, proxy } = await connected();
      const gone = visitor();
      // A page is 1 MB.
      await put([...some(100, visitor(), 'x'.repeat(60_000)), ...some(9, gone)]);
      const told: Erased[] = [];
      const counts = await eraser.eraseVisitor(gone, { dryRun: true, onPage: (each) => told.push(each) });
      expect(counts).toEqual({ read: 109, found: 9, erased: 0 });
      expect(proxy.count('Scan')).toBeGreaterThan(5);
      expect(told).toHaveLength(proxy.count('Scan'));
      expect(told.at(-1)).toEqual(counts);
      expect(told.map(({ read }) => read)).toEqual(told.map(({ read }) => read).toSorted((a, b) => a - b));
    });

    test('deletes a hundred a second at most', async () => {
      const waits: number[] = [];
      // A clock that stands still: whoever waits is told at once how long.
      const clock: Clock = {
        ...systemClock,
        monotonicMs: () => 0,
        after(delayMs, task) {
          waits.push(delayMs);
          return systemClock.after(0, task);
        },
      };
      const { eraser, put } = await connected(clock);
      const gone = visitor();
      await put(some(50, gone));
      await eraser.eraseVisitor(gone, { dryRun: false });
      expect(waits.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 49 }, (_, n) => (n + 1) * 10));
    });

    test('is patient with a busy table, and can be begun anew where it failed', async () => {
      const { eraser, put, left, proxy } = await connected();
      const gone = visitor();
      await put(some(10, gone));
      let calls = 0;
      proxy.treat = () =>
        ++calls % 3 === 0 ? { error: 'ProvisionedThroughputExceededException' } : 'forward';
      expect(await eraser.eraseVisitor(gone, { dryRun: false })).toMatchObject({ erased: 10 });
      await put(some(10, gone));
      let deletes = 0;
      proxy.treat = ({ operation }) =>
        operation === 'DeleteItem' && ++deletes > 4 ? { error: 'AccessDeniedException' } : 'forward';
      await expect(eraser.eraseVisitor(gone, { dryRun: false })).rejects.toThrow();
      proxy.treat = () => 'forward';
      await eraser.eraseVisitor(gone, { dryRun: false });
      expect(await left()).toEqual([]);
    });
  });
});
