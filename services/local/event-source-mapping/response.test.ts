import { expect, test } from 'vitest';
import { kinesisRecord } from '../../../test/helpers/kinesis-records.ts';
import { judgeResponse } from './response.ts';

const records = [1, 2, 3].map((number) => kinesisRecord(Buffer.from('x'), number));
const identifier = (index: number) => ({ itemIdentifier: records[index]!.kinesis.sequenceNumber });

test.each([
  ['an empty list', { batchItemFailures: [] }],
  ['a list that is null', { batchItemFailures: null }],
  ['no list', {}],
  ['null', null],
  ['nothing', undefined],
])('%s is success', (_, response) => {
  expect(judgeResponse(response, records)).toEqual({ ok: true });
});

test.each([
  ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
  ['an identifier that is null', { batchItemFailures: [{ itemIdentifier: null }] }],
  ['an unknown identifier', { batchItemFailures: [identifier(2), { itemIdentifier: '7' }] }],
  ['an item without one', { batchItemFailures: [{ other: '1' }] }],
  ['an item that is null', { batchItemFailures: [null] }],
  ['a list that is none', { batchItemFailures: 'all' }],
  ['a text', 'done'],
])('%s fails the whole batch', (_, response) => {
  expect(judgeResponse(response, records)).toEqual({ ok: false, firstFailed: 0 });
});

test('the lowest failed record counts, in whatever order they are named', () => {
  const response = { batchItemFailures: [identifier(2), identifier(1)] };
  expect(judgeResponse(response, records)).toEqual({ ok: false, firstFailed: 1 });
});
