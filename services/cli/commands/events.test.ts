import { newMessageId } from '@trackline/domain/message-id';
import type { RecordedEvent } from '@trackline/domain/tracking-event';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { recordedEvent } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { event, events } from './events.ts';
import { report } from './report.ts';

const nowMs = Date.UTC(2026, 0, 31, 0, 10);
const minutesAgo = (minutes: number) => nowMs - minutes * 60_000;

let parts: MemoryParts;
let context: ReturnType<MemoryParts['context']>;
beforeEach(() => {
  parts = new MemoryParts();
  context = parts.context(new FakeClock(nowMs));
});

let serial = 0;
function store(receivedAtMs: number, more: Partial<RecordedEvent> = {}): RecordedEvent {
  const messageId = newMessageId(receivedAtMs, (target) => target.fill(serial++));
  const recorded = recordedEvent({ messageId, programId: 'a', receivedAtMs, referrer: '', ...more });
  parts.events.push({ event: recorded, unknownFields: null, duplicateOf: '' });
  return recorded;
}
const show = (options: Partial<Parameters<typeof events>[1]> = {}) =>
  events(context, { program: 'a', limit: 50, ...options });
const shownIds = async (options = {}) =>
  ((await show(options)).json as { events: { messageId: string }[] }).events.map(
    ({ messageId }) => messageId,
  );

describe('events', () => {
  test('are those of this hour and the one before, newest first', async () => {
    const [late, early, past] = [store(minutesAgo(1)), store(minutesAgo(40)), store(minutesAgo(75))];
    store(minutesAgo(5), { programId: 'b' });
    expect(await shownIds()).toEqual([late.messageId, early.messageId]);
    expect((await show()).json).toMatchObject({ programId: 'a', hours: ['2026013100', '2026013023'] });
    expect(await shownIds({ hour: '2026013022' })).toEqual([past.messageId]);
  });

  test('are the newest ones, where there are more than asked for', async () => {
    const stored = Array.from({ length: 20 }, (_, minute) => store(minutesAgo(minute)));
    const newest = stored.map(({ messageId }) => messageId);
    expect(await shownIds({ limit: 3 })).toEqual(newest.slice(0, 3));
    expect(await shownIds({ limit: 15 })).toEqual(newest.slice(0, 15));
  });

  test('may be of one type', async () => {
    store(minutesAgo(1));
    const click = store(minutesAgo(2), { type: 'click' });
    expect(await shownIds({ type: 'click' })).toEqual([click.messageId]);
  });

  test('are a table in which a user agent can’t reach the terminal', async () => {
    store(minutesAgo(1), { userAgent: '\u001b[2J\u202eevil', bot: true, unverified: true });
    const { text } = await show();
    expect(text(Infinity)).toContain('\\x1b[2J\\u202eevil');
    expect(text(Infinity)).toContain('bot unverified');
    expect(text(Infinity)).not.toContain('\u001b');
  });

  test('of a video player are named by what it reported, and a transaction that claims nothing is flagged', async () => {
    store(minutesAgo(1), { vastEvent: 'firstQuartile' });
    const transaction = { orderId: 'o1', amount: '1', currency: 'EUR', status: 'pending' } as const;
    store(minutesAgo(2), { type: 'transaction', transaction: { ...transaction, claims: false } });
    store(minutesAgo(3), { type: 'transaction', transaction: { ...transaction, claims: true } });
    const [, quartile, unsigned, claimant] = (await show()).text(Infinity).split('\n');
    expect(quartile).toMatch(/ impression firstQuartile /);
    expect(unsigned).toMatch(/ transaction .* no-claim /);
    expect(claimant).not.toContain('no-claim');
  });

  test('that there are none is said, with the hours', async () => {
    expect((await show({ type: 'click' })).text(Infinity)).toBe(
      'No click of a in 2026-01-31 00:00–00:59, 2026-01-30 23:00–23:59 (UTC).',
    );
  });
});

describe('one event', () => {
  test('is shown whole, what says nothing left out', async () => {
    const transaction = {
      orderId: 'o1',
      amount: '19.90',
      currency: 'EUR',
      status: 'pending',
      claims: true,
    } as const;
    const { messageId } = store(minutesAgo(1), { type: 'transaction', params: { sub1: 'x' }, transaction });
    const { json, text } = await event(context, 'a', messageId);
    expect(json).toMatchObject({
      messageId,
      params: { sub1: 'x' },
      transaction,
      referrer: '',
      unknownFields: null,
    });
    expect(text(Infinity)).toMatch(/^params\.sub1 +x$/m);
    expect(text(Infinity)).toMatch(/^transaction\.amount +19\.90$/m);
    expect(text(Infinity)).toMatch(/^receivedAt +2026-01-31T00:09:00\.000Z$/m);
    expect(text(Infinity)).not.toContain('referrer');
  });

  test('that is not there is an error', async () => {
    await expect(event(context, 'a', '01890a5d-ac96-774b-bcce-b302099a8057')).rejects.toThrow(
      /There is no event/,
    );
  });
});

describe('report', () => {
  test('counts the events of one day by type', async () => {
    store(minutesAgo(1));
    store(minutesAgo(2));
    store(minutesAgo(3), { type: 'click' });
    store(minutesAgo(11));
    const { json, text } = await report(context, { program: 'a', day: '2026-01-31', hours: false });
    expect(json).toEqual({
      programId: 'a',
      day: '2026-01-31',
      counts: { impression: 2, click: 1, transaction: 0 },
      total: 3,
    });
    expect(text(Infinity)).toMatch(/IMPRESSION +CLICK +TRANSACTION +TOTAL\n2026-01-31 +2 +1 +0 +3$/);
  });

  test('counts each hour, too', async () => {
    store(minutesAgo(11));
    store(minutesAgo(75), { type: 'click' });
    const { json, text } = await report(context, { program: 'a', day: '2026-01-30', hours: true });
    const { hours } = json as { hours: { hour: string; total: number }[] };
    expect(hours).toHaveLength(24);
    expect(hours.filter(({ total }) => total > 0)).toEqual([
      { hour: '2026013022', counts: { impression: 0, click: 1, transaction: 0 }, total: 1 },
      { hour: '2026013023', counts: { impression: 1, click: 0, transaction: 0 }, total: 1 },
    ]);
    expect(text(Infinity)).toMatch(/^23:00 +1 +0 +0 +1$/m);
  });

  test('of a program without events is all zeros', async () => {
    const { json } = await report(context, { program: 'nope', day: '2026-01-30', hours: false });
    expect(json).toMatchObject({ total: 0 });
  });
});
