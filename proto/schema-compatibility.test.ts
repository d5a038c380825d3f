import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { breakages, readReleasedSchema, readSchema } from './schema-compatibility.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');
const schema = read('tracking-event.proto');
const released = readReleasedSchema(read('released/tracking-event.json'));

test('the schema keeps all that the last release promised', () => {
  expect(breakages(released, readSchema(schema))).toEqual([]);
});

test('the release’s snapshot is one: it names messages, fields and enums', () => {
  const type = released.lookupType('trackline.v1.TrackingEvent');
  expect(type.fields.messageId).toMatchObject({ id: 3, type: 'string' });
  expect(released.lookupEnum('trackline.v1.EventType').values.CLICK).toBe(2);
});

describe('a change that breaks a promise is found', () => {
  test.each([
    ['a field removed', 'string ip = 11;', '', /number 11 \(ip\) is gone/],
    ['a field renumbered', 'string ip = 11;', 'string ip = 99;', /number 11 \(ip\) is gone/],
    [
      'a field of another type',
      'uint64 sequence = 2;',
      'sint64 sequence = 2;',
      /number 2 was "uint64 sequence"/,
    ],
    ['a field renamed', 'string ip = 11;', 'string address = 11;', /number 11 .* is "string address"/],
    ['a field repeated', 'string ip = 11;', 'repeated string ip = 11;', /is "repeated string ip"/],
    [
      'two fields swapped',
      'string referrer = 13;\n  string landing_url = 14;',
      'string landing_url = 13;\n  string referrer = 14;',
      /number 13/,
    ],
    ['a map of another type', 'map<string, string> params', 'map<string, bytes> params', /number 15/],
    ['a map by another key', 'map<string, string> params', 'map<uint32, string> params', /number 15/],
    ['a field moved into a oneof', 'bool bot = 17;', 'oneof flag { bool bot = 17; }', /number 17 .* in flag/],
    ['an enum value renumbered', 'CLICK = 2;', 'CLICK = 12;', /CLICK = 2 is gone/],
    ['an enum value removed', 'REJECTED = 3;', '', /REJECTED = 3 is gone/],
    ['a message renamed', 'message Transaction {', 'message Sale {', /Transaction: the message is gone/],
    ['an enum renamed', 'enum EventType {', 'enum Kind {', /EventType: the enum is gone/],
    [
      'another package',
      'package trackline.v1;',
      'package trackline.v2;',
      /v1\.StreamRecord: the message is gone/,
    ],
  ])('%s', (_, from, to, line) => {
    const changed = schema
      .replace(from, to)
      .replace(/\bTransaction transaction\b/, /Sale/.test(to) ? 'Sale transaction' : '$&')
      .replace(/\bEventType type\b/, /Kind/.test(to) ? 'Kind type' : '$&');
    expect(changed).not.toBe(schema);
    expect(breakages(released, readSchema(changed)).join('\n')).toMatch(line);
  });
});

describe('what is new breaks nothing', () => {
  test.each([
    ['a field', 'string region = 20;', 'string region = 20;\n  string added = 23;'],
    ['an enum value', 'CLICK = 2;', 'CLICK = 2;\n  CALL = 4;'],
    ['a body', 'Statement statement = 2;', 'Statement statement = 2;\n    Transaction transaction = 3;'],
    ['a message', 'enum EventType {', 'message Consent { string text = 1; }\nenum EventType {'],
  ])('%s', (_, from, to) => {
    const changed = schema.replace(from, to);
    expect(changed).not.toBe(schema);
    expect(breakages(released, readSchema(changed))).toEqual([]);
  });
});
