import { encodeAggregate } from '@trackline/proto/kpl';
import { encodeEvent, encodeStatement } from '@trackline/proto/tracking-event';
import { expect, test } from 'vitest';
import { trackingEvent } from '../../test/helpers/events.ts';
import { statement } from '../../test/helpers/statements.ts';
import { decodeLetter, describeParts, kindOfReason } from './decode-letter.ts';

const event = trackingEvent({ programId: 'a', userAgent: '\u009b31m' });
const source = { partitionKey: 'w', region: 'eu-central-1' };
const saying = statement({ acceptedThrough: 2 });

test('an event', () => {
  expect(decodeLetter('event-record', encodeEvent(event, 7), source)).toEqual([
    { kind: 'event', event: { ...event, writer: 'w', sequence: 7 }, unknownFields: null },
  ]);
});

test('each record of an aggregate', () => {
  const record = (data: Uint8Array) => ({ partitionKey: 'w', explicitHashKey: '0', data });
  const bytes = encodeAggregate([
    record(encodeEvent(event, 1)),
    record(encodeStatement(saying)),
    record(Buffer.from([0xff])),
  ]);
  expect(
    decodeLetter('event-record', bytes, { ...source, partitionKey: 'of the aggregate' }).map(
      ({ kind }) => kind,
    ),
  ).toEqual(['event', 'statement', 'bad']);
});

test('an update, where it can be read, or its text, or why it is none', () => {
  const decode = (bytes: Uint8Array) => decodeLetter('core-data-update', bytes, source)[0];
  expect(decode(Buffer.from('{"id":"a","version":1,"deleted":true}'))).toEqual({
    kind: 'update',
    update: { id: 'a', version: 1, deleted: true },
  });
  expect(decode(Buffer.from('{"id":'))).toEqual({ kind: 'text', text: '{"id":' });
  expect(decode(Buffer.from([0xff]))).toMatchObject({ kind: 'bad', reason: 'update_not_utf8' });
});

test('a record of which nobody said what it is', () => {
  expect(decodeLetter(null, Buffer.from('{"id":"a","version":1,"deleted":true}'), source)[0]?.kind).toBe(
    'update',
  );
  expect(decodeLetter(null, encodeEvent(event, 7), source)[0]?.kind).toBe('event');
});

test.each([
  ['update_conflict', 'core-data-update'],
  ['event_too_large', 'event-record'],
  ['program_unknown', null],
  ['from_the_future', null],
  ['toString', null],
])('the reason %s says that it is %s', (reason, kind) => {
  expect(kindOfReason(reason)).toBe(kind);
});

test('every part can be shown, and none reaches the terminal', () => {
  const parts = [
    ...decodeLetter('event-record', encodeEvent(event, 1), source),
    ...decodeLetter('event-record', encodeStatement(saying), source),
    ...decodeLetter('event-record', Buffer.from([0xff]), source),
    ...decodeLetter('core-data-update', Buffer.from('\u001b[31m'), source),
    ...decodeLetter('core-data-update', Buffer.from('{"id":"a","version":1,"deleted":true}'), source),
  ];
  const shown = describeParts(parts, false);
  expect(shown).toEqual([
    expect.stringContaining('"userAgent": "\\u009b31m"'),
    expect.stringMatching(/^It is a statement:/),
    expect.stringMatching(/^It can't be decoded: event_/),
    'It is text:\n\\x1b[31m',
    expect.stringMatching(/^It is a core-data update:/),
  ]);
});

test('much is shown in part, unless all is asked for', () => {
  const text = decodeLetter('core-data-update', Buffer.from('x'.repeat(70_000)), source);
  expect(describeParts(text, false)[0]).toMatch(
    /^It is text:\nx{4084}\n… and 65,916 more characters; --full shows all\.$/,
  );
  expect(describeParts(text, true)[0]).toHaveLength('It is text:\n'.length + 70_000);
  const many = Array.from({ length: 21 }, () => text[0]!);
  expect(describeParts(many, false).at(-1)).toBe('… and 1 more part; --full shows all.');
  expect(describeParts(many, true)).toHaveLength(21);
});
