import { randomFillSync } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@trackline/domain/clock';
import { newMessageId } from '@trackline/domain/message-id';
import { limits } from '@trackline/tracker/limits';
import { openDiskSpool } from '@trackline/tracker/shipping/disk/disk-spool';
import { ScriptedEventStream, throttled } from '../helpers/scripted-event-stream.ts';
import { buildTracker, type TestTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';
import type { EventCounts, Fault } from './fault.ts';
import { ask } from './harness/ask.ts';
import { silentSpoolTelemetry } from './harness/spool-files/silent-telemetry.ts';
import { limitedDisk, mountSmallDisk, type SmallDisk } from './harness/spool-files/small-disk.ts';

const rounds = { short: 2, long: 20 };
const callsBefore = 20;
/** While it is full: more than what is left on the disk would take. */
const callsMeanwhile = 60;

/** A tracker whose spool shares its disk with somebody who fills it up, and makes room again. */
export const fault: Fault = {
  id: 'F7',
  injects: 'the spool’s disk full, then room again',
  expects: '503, clicks still redirect, not ready; resumes by itself; nothing accepted is missing',
  async run({ short, say }) {
    const disk = (short ? null : await mountSmallDisk()) ?? (await limitedDisk());
    say(`The disk is ${disk.kind}.`);
    const teardowns: (() => Promise<void>)[] = [() => disk.close()];
    try {
      const stack = await startOn(disk, (teardown) => teardowns.unshift(teardown));
      const violations: string[] = [];
      const resumedMs: number[] = [];
      const count = short ? rounds.short : rounds.long;
      for (let round = 0; round < count; round++) {
        const found = await fillOnce(stack, disk, resumedMs);
        violations.push(...found.map((each) => `Round ${round + 1}: ${each}`));
        say(`Round ${round + 1}: resumed after ${(resumedMs.at(-1)! / 1_000).toFixed(1)} s`);
      }
      const events = await compare(stack);
      const longest = (Math.max(...resumedMs) / 1_000).toFixed(1);
      return { events, figure: `resumed within ${longest} s, ${count} times, on ${disk.kind}`, violations };
    } finally {
      for (const teardown of teardowns) await teardown();
    }
  },
};

interface Stack {
  readonly test: TestTracker;
  /** The message ids of the calls that were answered "accepted". */
  readonly accepted: Set<string>;
}

/** A tracker in this process on such a disk, whose stream takes nothing for now, so that the disk is needed. */
async function startOn(disk: SmallDisk, own: (teardown: () => Promise<void>) => void): Promise<Stack> {
  const stream = new ScriptedEventStream();
  stream.outcome = () => throttled;
  const spool = await openDiskSpool({
    folder: disk.folder,
    bytesMax: 64 * 1024 * 1024,
    files: disk.files,
    clock: systemClock,
    newWriter: () => newMessageId(systemClock.wallMs(), randomFillSync),
    limits,
    telemetry: silentSpoolTelemetry,
  });
  own(() => spool.close());
  const durability = { impression: 'disk', click: 'disk', transaction: 'disk', batch: null } as const;
  const test = await buildTracker({ spool, stream, settings: { durability } }, true, own);
  return { test, accepted: new Set() };
}

async function fillOnce(stack: Stack, disk: SmallDisk, resumedMs: number[]): Promise<string[]> {
  const { test } = stack;
  const found: string[] = [];
  for (let i = 0; i < callsBefore; i++) {
    if ((await call(stack)) !== 200) found.push('A call was refused before the disk was full');
  }
  await disk.fill();
  const statuses: number[] = [];
  for (let i = 0; i < callsMeanwhile; i++) statuses.push(await call(stack));
  if (!statuses.includes(503)) found.push('No call was refused on a full disk');
  if (statuses.some((status) => status !== 200 && status !== 503))
    found.push(`Calls were answered ${statuses}`);
  await until('it to be full', async () => (await call(stack)) === 503 && (await readiness(test)) === 503);

  const pixel = await ask(`${test.url}/v1/impression/aurora-shoes?publisher=p1`);
  if (pixel.status !== 503) found.push(`A pixel was answered ${pixel.status}`);
  if (!pixel.verdict.endsWith('=spool_full')) found.push(`A pixel was told ${pixel.verdict}`);
  const click = await ask(`${test.url}/v1/click/aurora-shoes?publisher=p1`);
  if (click.status !== 302 && click.status !== 303) found.push(`A click was answered ${click.status}`);
  // The spool tries now and then whether there is room, which takes a moment.
  await until(
    'half a write to be cut off',
    async () => (await bytesIn(disk)) === test.spool.account().usedBytes,
  );

  const fromMs = performance.now();
  await disk.giveRoom();
  await until('it to resume', async () => (await readiness(test)) === 200 && (await call(stack)) === 200);
  resumedMs.push(performance.now() - fromMs);
  return found;
}

/** One JSON call. */
async function call({ test, accepted }: Stack): Promise<number> {
  const answer = await fetch(`${test.url}/v1/events/aurora-shoes?type=impression&publisher=p1`);
  const { messageId } = (await answer.json()) as { readonly messageId?: string };
  if (answer.headers.get('x-tracking-verdict') === 'accepted') accepted.add(messageId!);
  return answer.status;
}

async function readiness({ adminUrl }: TestTracker): Promise<number> {
  return (await ask(`${adminUrl}/readyz`)).status;
}

async function bytesIn({ folder }: SmallDisk): Promise<number> {
  const slot = join(folder, 'slot-1');
  const sizes = (await readdir(slot)).map((file) =>
    stat(join(slot, file)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Lets the stream take everything, and compares it with what was accepted. */
async function compare({ test: { stream, spool }, accepted }: Stack): Promise<EventCounts> {
  stream.outcome = () => ({ ok: true, shardId: 'shardId-000000000000', sequenceNumber: '1' });
  await until('everything to be sent', () => spool.account().unsent === 0, 60_000);
  const sent = stream.events.map(({ messageId }) => messageId);
  const distinct = new Set(sent);
  const missing = [...accepted].filter((messageId) => !distinct.has(messageId)).length;
  return {
    accepted: accepted.size,
    persisted: accepted.size - missing,
    missing,
    duplicates: sent.length - distinct.size,
  };
}
