import { subId } from '@trackline/cli/arguments';
import { limits as cliLimits } from '@trackline/cli/limits';
import { type CallReason, reasons } from '@trackline/domain/verdict';
import { compileMacros } from '@trackline/tracker/http/redirect/macros';
import { orderIdPattern } from '@trackline/tracker/http/tracking/transaction';
import { limits } from '@trackline/tracker/limits';
import { describe, expect, test } from 'vitest';

const KiB = 1024;
const hourMs = 3_600_000;

/** The tracker's bounds, where they are told and can't be imported. */
describe('a bound of the tracker', () => {
  test.each<[CallReason, ...string[]]>([
    ['id_malformed', `1 to ${limits.idLengthMax} `],
    ['id_too_long', `${limits.idLengthMax} characters`],
    ['url_too_long', `${limits.urlBytesMax / KiB} KiB`],
    ['headers_too_large', `${limits.headerBytesMax / KiB} KiB`],
    ['sub_ids_too_many', `${limits.subIdsMax} sub-ids`],
    ['sub_id_too_long', `${limits.paramBytesMax} bytes`],
    [
      'body_too_large',
      `${limits.eventBodyBytesMax / KiB} KiB`,
      `${limits.batchBodyBytesMax / KiB / KiB} MiB`,
    ],
    ['values_too_many', `${limits.eventValuesMax} values`, limits.batchValuesMax.toLocaleString('en')],
    ['batch_too_large', `${limits.batchEventsMax} events`],
    [
      'idempotency_key_malformed',
      `${limits.keyAgeMaxMs / hourMs} hours`,
      `${limits.keyAheadMaxMs / 60_000} minutes`,
    ],
  ])('%s: its words tell it', (reason, ...bounds) => {
    for (const bound of bounds) expect(reasons[reason].words).toContain(bound);
  });

  test('order_id_malformed: its words tell it', () => {
    const max = Number(/to (\d+) visible/.exec(reasons.order_id_malformed.words)?.[1]);
    expect([max, max + 1].map((length) => orderIdPattern.test('a'.repeat(length)))).toEqual([true, false]);
  });

  test('is the command line’s, of links and their sub-ids', () => {
    expect(cliLimits).toMatchObject({
      linkBytesMax: limits.urlBytesMax,
      subIdBytesMax: limits.paramBytesMax,
    });
    expect(() => subId(`sub${limits.subIdsMax}=a`)).not.toThrow();
    expect(() => subId(`sub${limits.subIdsMax + 1}=a`)).toThrow();
  });

  test('is the macros’, of sub-ids', () => {
    expect(compileMacros(`https://shop.example/{sub${limits.subIdsMax}}`)).not.toBeNull();
    expect(compileMacros(`https://shop.example/{sub${limits.subIdsMax + 1}}`)).toBeNull();
  });
});
