import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { contradictions, drainMsMax, limits } from './limits.ts';

const chosen = readConfig({
  AWS_REGION: 'r',
  TRACKLINE_EVENT_STREAM: 's',
  REDIS_URL: 'redis://r',
  TRACKLINE_SPOOL_DIR: tmpdir(),
});

describe('limits', () => {
  test('stand together, and with what an operator usually chooses', () => {
    expect(contradictions(limits, chosen)).toEqual([]);
  });

  test.each([
    ['eventBytesMax', { eventBytesMax: limits.aggregateBytesMax + 1 }],
    ['aggregateBytesMax', { aggregateBytesMax: limits.putBytesMax + 1 }],
    ['putBytesMax', { putBytesMax: 5 * 1024 * 1024 + 1 }],
    ['putRecordsMax', { putRecordsMax: 501 }],
    ['putBytesMax', { heldBytesMax: limits.putBytesMax - 1 }],
    ['putRecordsMax', { heldAggregatesMax: limits.putRecordsMax - 1 }],
    ['sendLingerMs', { sendLingerMs: limits.requestTimeoutMs + 1 }],
    ['headersTimeoutMs', { headersTimeoutMs: limits.requestTimeoutMs + 1 }],
    ['requestTimeoutMs', { keepAliveTimeoutMs: limits.requestTimeoutMs - 1 }],
    ['parserBytesMax', { parserBytesMax: limits.urlBytesMax + limits.headerBytesMax }],
    ['idLengthMax', { idLengthMax: limits.urlBytesMax + 1 }],
    ['eventBodyBytesMax', { batchBodyBytesMax: limits.eventBodyBytesMax - 1 }],
    ['paramBytesMax', { paramBytesMax: limits.eventBodyBytesMax + 1 }],
    ['retryBaseMs', { retryBaseMs: limits.drainRetryMaxMs + 1 }],
    ['drainRetryMaxMs', { retryMaxMs: limits.drainRetryMaxMs - 1 }],
    ['putTimeoutMs', { putTimeoutMs: chosen.TRACKLINE_DRAIN_TIMEOUT_MS + 1 }],
    ['drainAttemptMs', { drainStalledMs: limits.putTimeoutMs }],
    ['drainLookEveryMs', { drainLookEveryMs: limits.drainStalledMs + 1 }],
    ['lastPutsMs', { lastPutsMs: limits.putTimeoutMs + 1 }],
    ['overloadQueueBytesLow', { overloadQueueBytesLow: limits.overloadQueueBytesHigh + 1 }],
    ['overloadQueueBytesHigh', { overloadQueueBytesHigh: limits.spoolQueueBytesMax + 1 }],
    ['overloadLoopDelayMsLow', { overloadLoopDelayMsLow: limits.overloadLoopDelayMsHigh + 1 }],
    ['overloadLoopDelayMsHigh', { overloadLoopDelayMsHigh: limits.requestTimeoutMs + 1 }],
    ['overloadTickEveryMs', { overloadTickEveryMs: limits.overloadWindowMs + 1 }],
    ['storePollEveryMs', { storePollEveryMs: limits.requestTimeoutMs + 1 }],
    ['TRACKLINE_REDIS_TIMEOUT_MS', { storePollEveryMs: 2_000 }],
    ['verdictReadersMax', { verdictReadersMax: 0 }],
    ['fetchesMax', { fetchesMax: Number.NaN }],
  ])('a nonsense relation of %s is found', (name, wrong) => {
    expect(contradictions({ ...limits, ...wrong }, chosen).join('\n')).toContain(name);
  });

  test('a drain fits into the 30 s that container platforms usually wait', () => {
    expect(drainMsMax(limits, chosen)).toBeLessThanOrEqual(30_000);
  });

  test('a drain that takes longer in all than ECS waits is found', () => {
    const delayMs = 120_001 - (drainMsMax(limits, chosen) - chosen.TRACKLINE_DRAIN_DELAY_MS);
    expect(contradictions(limits, { ...chosen, TRACKLINE_DRAIN_DELAY_MS: delayMs - 1 })).toEqual([]);
    const found = contradictions(limits, { ...chosen, TRACKLINE_DRAIN_DELAY_MS: delayMs });
    expect(found).toEqual([expect.stringMatching(/TRACKLINE_DRAIN_DELAY_MS.*TRACKLINE_DRAIN_TIMEOUT_MS/)]);
  });

  test('a spool that can’t hold one call is found', () => {
    const found = contradictions(limits, { ...chosen, TRACKLINE_SPOOL_BYTES: 5 * 1024 * 1024 - 1 });
    expect(found).toEqual([expect.stringContaining('TRACKLINE_SPOOL_BYTES')]);
  });
});
