import { innerRecordBytes } from '@trackline/proto/kpl-run';
import { decodeRecord } from '@trackline/proto/tracking-event';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventsOf, takeAll } from '../../../test/helpers/event-runs.ts';
import { trackingEvent } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { limits } from '../limits.ts';
import { MemorySpool } from './spool.memory.ts';
import { type EventRun, eventsIn, type SpoolOutcome } from './spool.ts';

const all = Number.POSITIVE_INFINITY;

function buildSpool(spoolBytesMax = 1024 * 1024) {
  const clock = new FakeClock();
  const spool = new MemorySpool({ writer: 'w', clock, bytesMax: spoolBytesMax, limits });
  const outcomes: SpoolOutcome[] = [];
  const accept = (overrides = {}) => {
    spool.accept(trackingEvent(overrides), 'memory', (outcome, into) => into.push(outcome), outcomes);
    return outcomes.at(-1)!;
  };
  return { clock, spool, outcomes, accept };
}

/** What makes an event as large as one may be. */
const largestUrl = (() => {
  const { spool, accept } = buildSpool();
  accept({ landingUrl: 'x'.repeat(limits.eventBytesMax / 2) });
  const { data } = eventsOf(spool.take(all)!)[0]!;
  return 'x'.repeat(limits.eventBytesMax * 1.5 - data.length);
})();

/** What events cost: their bytes, and what comes with each. */
function costOf(runs: readonly EventRun[]): number {
  return runs.reduce((sum, run) => sum + run.records.length + eventsIn(run) * limits.eventOverheadBytes, 0);
}

describe('MemorySpool', () => {
  test('gives each event its place, encodes it once, and settles at once', () => {
    const { spool, accept } = buildSpool();
    expect([accept(), accept(), accept()]).toEqual(['accepted', 'accepted', 'accepted']);
    const run = spool.take(all)!;
    expect(run).toMatchObject({ writer: 'w', first: 1, last: 3 });
    expect(
      eventsOf(run).map(({ data }) => decodeRecord(data, { partitionKey: run.writer, region: '' })),
    ).toMatchObject(
      [1, 2, 3].map((sequence) => ({ kind: 'event', event: { writer: 'w', sequence, publisherId: 'p1' } })),
    );
  });

  test('tells what waits, since when, and to whom it may concern', async () => {
    const { clock, spool, accept } = buildSpool();
    let told = 0;
    spool.onWaiting(() => told++);
    expect([spool.waitingBytes, spool.waitingSinceMs]).toEqual([0, null]);
    await clock.advance(10);
    accept();
    await clock.advance(10);
    accept();
    expect(told).toBe(2);
    expect(spool.waitingSinceMs).toBe(10);
    const { records } = spool.take(all, 1)!;
    expect(spool.waitingSinceMs).toBe(20);
    expect(spool.waitingBytes).toBe(records.length);
    spool.take(all, 1);
    expect([spool.waitingBytes, spool.waitingSinceMs]).toEqual([0, null]);
    expect(spool.take(all)).toBeNull();
  });

  test('what is taken stays in the account until it is released, in whichever order', () => {
    const { spool, accept } = buildSpool();
    for (let i = 0; i < 7; i++) accept();
    const [first, second, third] = [1, 2, 3].map(() => spool.take(all, 2)!);
    // The seventh waits, which says nothing of those before it.
    expect(spool.account()).toMatchObject({ acceptedThrough: 7, sentThrough: 0, unsent: 7 });
    spool.release(second!);
    expect(spool.account()).toMatchObject({ sentThrough: 0, unsent: 5 });
    spool.release(first!);
    expect(spool.account()).toMatchObject({ sentThrough: 4, unsent: 3 });
    spool.release(third!);
    expect(spool.account()).toMatchObject({ sentThrough: 6, unsent: 1 });
    spool.release(spool.take(all, 1)!);
    expect(spool.account()).toMatchObject({
      acceptedThrough: 7,
      sentThrough: 7,
      unsent: 0,
      usedBytes: 0,
      unsentSinceMs: null,
    });
  });

  test('a run that is released twice is a bug, and told', () => {
    const { spool, accept } = buildSpool();
    accept();
    const run = spool.take(all)!;
    spool.release(run);
    expect(() => spool.release(run)).toThrow(/1–1/);
  });

  test('full is an answer: nothing is kept, no number is used, and room made is room', () => {
    const { spool, accept } = buildSpool(limits.eventBytesMax + limits.eventOverheadBytes + 1_000);
    let accepted = 0;
    while (accept() === 'accepted') accepted++;
    expect(accepted).toBeGreaterThan(0);
    expect(accept()).toBe('full');
    expect(spool.account()).toMatchObject({ acceptedThrough: accepted, writable: false });
    spool.release(spool.take(all)!);
    expect(spool.account().writable).toBe(true);
    expect(accept()).toBe('accepted');
    expect(spool.take(all)).toMatchObject({ first: accepted + 1 });
  });

  test.each([
    ['', 0, 5],
    [', but for a byte', -1, 4],
  ])('holds as many of the largest events as there is room for%s', (_, more, count) => {
    const { eventBytesMax, eventOverheadBytes } = limits;
    const { spool, accept } = buildSpool(5 * (innerRecordBytes(eventBytesMax) + eventOverheadBytes) + more);
    while (accept({ landingUrl: largestUrl }) === 'accepted');
    const lengths = takeAll(spool).flatMap((run) => eventsOf(run).map(({ data }) => data.length));
    expect(lengths).toEqual(Array(count).fill(eventBytesMax));
    expect(accept({ landingUrl: largestUrl })).toBe('full');
  });

  test('of small events it holds no more than there is room for, and not much less', () => {
    const spoolBytesMax = 256 * 1024;
    const { spool, accept } = buildSpool(spoolBytesMax);
    while (accept() === 'accepted');
    const held = costOf(takeAll(spool));
    expect(spool.account().usedBytes).toBe(held);
    expect(held).toBeLessThanOrEqual(spoolBytesMax);
    expect(held).toBeGreaterThan(spoolBytesMax - limits.eventBytesMax - limits.eventOverheadBytes);
  });

  test('an event beyond its bound fails, and uses no number', () => {
    const { spool, accept } = buildSpool();
    expect(accept({ landingUrl: `https://x.example/${'x'.repeat(limits.eventBytesMax)}` })).toBe('failed');
    expect(accept()).toBe('accepted');
    expect(spool.take(all)).toMatchObject({ first: 1, last: 1 });
  });

  test('settles each event once, numbers without gaps, and holds no more than it may, whatever happens', () => {
    const spoolBytesMax = limits.eventBytesMax + limits.eventOverheadBytes + 20_000;
    const step = fc.oneof(
      fc.record({ kind: fc.constant('accept' as const), size: fc.nat(largestUrl.length) }),
      fc.record({ kind: fc.constant('take' as const), size: fc.nat(9) }),
      fc.record({ kind: fc.constant('release' as const), size: fc.nat() }),
    );
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 300 }), (steps) => {
        const { spool, outcomes, accept } = buildSpool(spoolBytesMax);
        const held: EventRun[] = [];
        let calls = 0;
        let next = 1;
        for (const { kind, size } of steps) {
          if (kind === 'accept') {
            accept({ landingUrl: 'x'.repeat(size) });
            expect(outcomes).toHaveLength(++calls);
          } else if (kind === 'take') {
            const run = spool.take(all, size + 1);
            if (run === null) continue;
            held.push(run);
            expect([run.first, eventsOf(run).length]).toEqual([next, eventsIn(run)]);
            next = run.last + 1;
          } else if (held.length > 0) {
            spool.release(held.splice(size % held.length, 1)[0]!);
          }
          expect(spool.account().usedBytes).toBeLessThanOrEqual(spoolBytesMax);
        }
        const { acceptedThrough, unsent } = spool.account();
        expect(acceptedThrough).toBe(outcomes.filter((outcome) => outcome === 'accepted').length);
        const waiting = takeAll(spool).reduce((sum, run) => sum + eventsIn(run), 0);
        expect(next - 1 + waiting).toBe(acceptedThrough);
        expect(unsent).toBe(waiting + held.reduce((sum, run) => sum + eventsIn(run), 0));
      }),
      { numRuns: 200 },
    );
  });

  test('many events, taken bit by bit, keep their order', () => {
    const { spool, accept } = buildSpool(64 * 1024 * 1024);
    for (let i = 0; i < 20_000; i++) accept();
    let next = 1;
    for (let run = spool.take(all, 777); run !== null; run = spool.take(all, 777)) {
      expect(run.first).toBe(next);
      next = run.last + 1;
      spool.release(run);
    }
    expect(next).toBe(20_001);
    expect(spool.account().usedBytes).toBe(0);
  });
});
