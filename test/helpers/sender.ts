import { randomFillSync } from 'node:crypto';
import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import type { Clock, Random } from '@trackline/domain/clock';
import { deaggregate } from '@trackline/proto/kpl';
import { decodeRecord } from '@trackline/proto/tracking-event';
import { limits } from '@trackline/tracker/limits';
import {
  Sender,
  type SenderLimits,
  type SenderSpool,
  type SenderTelemetry,
  type SendFailure,
} from '@trackline/tracker/shipping/sender';
import { MemorySpool } from '@trackline/tracker/shipping/spool.memory';
import { trackingEvent } from './events.ts';
import { FakeClock } from './fake-clock.ts';
import { ScriptedEventStream } from './scripted-event-stream.ts';

/** A sender on a clock that is turned by hand, between a spool in memory and a stream that a test scripts. */
export function buildSender(
  bounds: Partial<SenderLimits> = {},
  spoolBytesMax = 256 * 1024 * 1024,
  random?: Random,
) {
  const clock = new FakeClock();
  const stream = new ScriptedEventStream();
  const eventBytesMax = limits.aggregateBytesMax;
  const spool = new MemorySpool({
    writer: 'w',
    clock,
    bytesMax: spoolBytesMax,
    limits: { ...limits, eventBytesMax },
  });
  const accept = (count = 1, overrides = {}) => {
    for (let i = 0; i < count; i++) spool.accept(trackingEvent(overrides), 'memory', () => {}, null);
  };
  return { clock, stream, spool, accept, ...senderOf(spool, stream, clock, bounds, random) };
}

/** A sender between any spool and stream, with what it tells. */
export function senderOf(
  spool: SenderSpool,
  stream: EventStream,
  clock: Clock,
  bounds: Partial<SenderLimits> = {},
  random?: Random,
) {
  const failures: SendFailure[] = [];
  const ended: Parameters<SenderTelemetry['putEnded']>[0][] = [];
  const sender = new Sender({
    spool,
    stream,
    clock,
    random: random ?? (() => 0.5),
    randomBytes: random ? (target) => target.set(target.map(() => random() * 256)) : randomFillSync,
    limits: { ...limits, ...bounds },
    telemetry: { putEnded: (call) => ended.push(call), putFailed: (failure) => failures.push(failure) },
  });
  return { sender, failures, ended };
}

export const sequences = (stream: ScriptedEventStream) => stream.events.map(({ sequence }) => sequence);
export const inOrder = (stream: ScriptedEventStream) => sequences(stream).toSorted((a, b) => a - b);
/** What Kinesis counts of each call: keys too. */
export const callBytes = (stream: ScriptedEventStream) =>
  stream.calls.map((call) =>
    call.reduce((sum, { data, partitionKey }) => sum + data.length + partitionKey.length, 0),
  );
export const oneTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
/** Events so large that each fills an aggregate of its own. */
export const large = { landingUrl: `https://x.example/${'x'.repeat(70_000)}` };

/** The sequences of the events in an aggregate. */
export function decodedIn(data: Uint8Array): number[] {
  return deaggregate(data)!.flatMap((inner) => {
    const decoded = decodeRecord(inner.data, { partitionKey: inner.partitionKey, region: '' });
    return decoded.kind === 'event' ? decoded.event.sequence : [];
  });
}
