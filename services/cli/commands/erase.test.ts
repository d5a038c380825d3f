import { beforeEach, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { eventTimeMs, recordedEvent } from '../../../test/helpers/events.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { erase } from './erase.ts';

const visitor = 'Xq3V0rR1S2mK8dZ4b7TnAg';
let parts: MemoryParts;
let context: ReturnType<MemoryParts['context']>;
beforeEach(() => {
  parts = new MemoryParts();
  context = parts.context(new FakeClock(eventTimeMs));
  for (const visitorId of [visitor, '', visitor]) {
    parts.events.push({ event: recordedEvent({ visitorId }), unknownFields: null, duplicateOf: '' });
  }
});

test('a visitor’s events are erased, and what to do about those to come is said', async () => {
  const { json, text, finding } = await erase(context, { visitor, dryRun: false });
  expect(json).toEqual({ visitorId: visitor, dryRun: false, read: 3, found: 2, erased: 2 });
  expect(text(Infinity)).toMatch(
    /^2 of 2 events of Xq3V0rR1S2mK8dZ4b7TnAg erased; 3 were read\.\n.*run it again/,
  );
  expect(finding).toBeUndefined();
  expect(parts.events).toHaveLength(1);
  expect(parts.progress).toEqual(['3 events read, 2 of the visitor']);
});

test('a dry run erases nothing', async () => {
  const { json, text } = await erase(context, { visitor, dryRun: true });
  expect(json).toMatchObject({ dryRun: true, found: 2, erased: 0 });
  expect(text(Infinity)).toMatch(/^2 events of Xq3V0rR1S2mK8dZ4b7TnAg would be erased; 3 were read\./);
  expect(parts.events).toHaveLength(3);
});
