import type { LedgerRow } from '@trackline/domain/ledger';
import { balance } from '@trackline/domain/ledger-balance';
import { deaggregate } from '@trackline/proto/kpl';
import type { Durability } from '@trackline/tracker/shipping/durability';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildDiskSpool, segmentsIn, spoolFolder } from '../helpers/disk-spool.ts';
import { broken, ScriptedEventStream, taken } from '../helpers/scripted-event-stream.ts';
import { buildTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';

/** What trackers on one disk say of themselves through kills and restarts, and what the ledger makes of it. */

/** A stream that several trackers share, one after the other, which may refuse everything but statements. */
class SharedStream extends ScriptedEventStream {
  takesEvents = true;

  constructor() {
    super();
    this.outcome = ({ data }) => (this.takesEvents || deaggregate(data) === null ? taken : broken);
  }

  /** The balance of a writer `afterMs` after what is stored and said by now. */
  balance(writer: string, afterMs = 0) {
    const statements = this.statements.filter((each) => each.writer === writer);
    const lastMs = Math.max(...statements.map(({ atMs }) => atMs));
    const rows = this.events
      .filter((event) => event.writer === writer)
      .map(({ sequence }): LedgerRow => {
        const storedAtMs = lastMs;
        return { writer, first: sequence, last: sequence, storedAtMs, deadLetters: [] };
      });
    return balance(writer, { rows, statements, expiredThrough: 0 }, lastMs + afterMs, 60_000);
  }
}

/** A tracker that takes the next slot in `folder`. */
async function startIn(
  folder: string,
  stream: SharedStream,
  instance: string,
  impression: Durability = 'disk',
) {
  const { spool } = await buildDiskSpool({ folder });
  const durability = { impression, click: 'disk', transaction: 'disk', batch: null } as const;
  const { tracker, url } = await buildTracker(
    { spool, stream, settings: { instance, durability, statementEveryMs: 20 } },
    true,
  );
  const { writer } = spool;
  return {
    writer,
    spool,
    async accept(count: number) {
      for (let n = 0; n < count; n++) {
        const reply = await fetch(`${url}/v1/impression/aurora-shoes`);
        expect(reply.headers.get('x-tracking-verdict')).toBe('accepted');
      }
      const said = () => stream.statements.findLast((each) => each.writer === writer);
      await until('a statement of them', () => said()?.acceptedThrough === spool.account().acceptedThrough);
    },
    /** Without a word, as if it were killed; what is kept is on the disk. */
    async kill() {
      await tracker.close();
      await spool.close();
    },
  };
}

describe('a tracker that is killed in an outage', () => {
  async function killedInOutage(impression: Durability) {
    const folder = spoolFolder();
    const stream = new SharedStream();
    onTestFinished(() => stream.close());
    stream.takesEvents = false;
    const first = await startIn(folder, stream, 'tracker-1', impression);
    await first.accept(5);
    await first.kill();
    return { folder, stream, first };
  }

  test('has its events on its disk: pending while it states, then missing, and vouched for', async () => {
    const { stream, first } = await killedInOutage('disk');
    const interval = [{ first: 1, last: 5 }];
    expect(stream.balance(first.writer)).toMatchObject({ state: 'open', pending: interval, missing: [] });
    expect(stream.balance(first.writer, 61_000)).toMatchObject({
      state: 'silent',
      missing: interval,
      unvouched: [],
      restsOnDisk: true,
      latest: { instance: 'tracker-1', unsent: 5, sentThrough: 0 },
    });
    const { oldestUnsentAtMs, atMs } = stream.balance(first.writer).latest!;
    expect(oldestUnsentAtMs).toBeGreaterThan(0);
    expect(oldestUnsentAtMs).toBeLessThanOrEqual(atMs);
  });

  test.each([
    ['and is vouched for', 'disk', 0],
    ['and not for the life before, which kept some in memory alone', 'memory', 1],
  ] as const)('goes on under the same writer when it starts again, %s', async (_, durability, unvouched) => {
    const { folder, stream, first } = await killedInOutage(durability);
    stream.takesEvents = true;
    const second = await startIn(folder, stream, 'tracker-1', durability);
    expect(second.writer).toBe(first.writer);
    await second.accept(3);
    await until('all to be sent', () => stream.balance(first.writer).persisted === 8);
    const balanced = stream.balance(first.writer);
    expect(balanced).toMatchObject({ state: 'open', acceptedThrough: 8, missing: [], duplicates: 0 });
    expect(balanced.unvouched).toHaveLength(unvouched);
    expect(new Set(stream.statements.map(({ sinceMs }) => sinceMs)).size).toBe(2);
  });

  test('is spoken for by a sibling that adopts its folder, which says its last once all is sent', async () => {
    const folder = spoolFolder();
    const stream = new SharedStream();
    stream.takesEvents = false;
    const stays = await startIn(folder, stream, 'tracker-1');
    const goes = await startIn(folder, stream, 'tracker-2');
    await goes.accept(5);
    await Promise.all([goes.kill(), stays.kill()]);
    const sibling = await startIn(folder, stream, 'tracker-3');
    expect(sibling.writer).toBe(stays.writer);
    const latest = () => stream.balance(goes.writer).latest!;
    await until('a word for it', () => latest().instance === 'tracker-3');
    expect(latest()).toMatchObject({ final: false, unsent: 5, acceptedThrough: 5 });
    expect(sibling.spool.ended()).toMatchObject([{ writer: goes.writer }]);

    const isFiled = () => segmentsIn(folder).some((path) => path.includes(goes.writer));
    expect(isFiled()).toBe(true);
    stream.takesEvents = true;
    await until('its end', () => sibling.spool.ended().length === 0);
    expect(stream.balance(goes.writer, 61_000)).toMatchObject({
      state: 'closed',
      persisted: 5,
      missing: [],
      pending: [],
      unvouched: [],
    });
    await until('its files to go', () => !isFiled());
  });
});
