import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecord } from '@trackline/proto/tracking-event';
import { describe, expect, test } from 'vitest';
import {
  accept,
  acceptMany,
  buildDiskSpool,
  filesWith,
  segmentsIn,
  sequencesOf,
  spoolFolder,
} from '../../../../test/helpers/disk-spool.ts';
import { eventsOf, takeAll } from '../../../../test/helpers/event-runs.ts';
import { trackingEvent } from '../../../../test/helpers/events.ts';
import { FakeClock } from '../../../../test/helpers/fake-clock.ts';
import { oneTo } from '../../../../test/helpers/sender.ts';
import { until } from '../../../../test/helpers/until.ts';

/** Segments of a few events each. */
const small = { spoolSegmentBytes: 600, spoolGroupBytesMax: 600, eventBytesMax: 500 };

describe('what is accepted', () => {
  test('is settled once it is on the disk, and handed out from then on', async () => {
    const calls: string[] = [];
    const { spool } = await buildDiskSpool({
      files: filesWith((file) => ({
        async append(bytes) {
          calls.push('append');
          return file.append(bytes);
        },
        async sync() {
          await file.sync();
          calls.push('synced');
        },
      })),
    });
    calls.length = 0;
    spool.onWaiting(() => calls.push('waiting'));
    const settled = accept(spool).then((outcome) => calls.push(outcome));
    expect([spool.account().acceptedThrough, spool.waitingSinceMs]).toEqual([0, null]);
    await settled;
    expect(calls).toEqual(['append', 'synced', 'waiting', 'accepted']);
    expect(spool.account()).toMatchObject({ acceptedThrough: 1, sentThrough: 0, unsent: 1, onDisk: true });
    const [run] = takeAll(spool);
    expect(run).toMatchObject({ writer: spool.writer, first: 1, last: 1 });
    expect(decodeRecord(eventsOf(run!)[0]!.data, { partitionKey: run!.writer, region: '' })).toMatchObject({
      kind: 'event',
      event: { writer: spool.writer, sequence: 1, programId: 'shoes' },
    });
  });

  test('in memory is settled at once, and is on its way to the disk like everything else', async () => {
    const { spool } = await buildDiskSpool();
    const outcomes: string[] = [];
    spool.accept(trackingEvent(), 'memory', (outcome) => outcomes.push(outcome), null);
    expect(outcomes).toEqual(['accepted']);
    expect(spool.account()).toMatchObject({ atRisk: 1, acceptedThrough: 0 });
    await accept(spool);
    expect(spool.account()).toMatchObject({ atRisk: 0, acceptedThrough: 2 });
  });

  test('goes in groups: what comes while the disk is busy is one write and one sync', async () => {
    let appends = 0;
    let go = () => {};
    const { spool, told } = await buildDiskSpool({
      files: filesWith((file) => ({
        async append(bytes) {
          appends++;
          if (appends === 2) {
            await new Promise<void>((resolve) => {
              go = resolve;
            });
          }
          return file.append(bytes);
        },
      })),
    });
    const first = accept(spool);
    await until('the first group', () => appends === 2);
    const others = acceptMany(spool, 99);
    expect(spool.queuedBytes).toBeGreaterThan(99 * 100);
    go();
    await Promise.all([first, others]);
    expect(appends).toBe(3);
    expect(told.flatMap(([name, { events }]) => (name === 'groupKept' ? events : []))).toEqual([1, 99]);
    expect(spool.queuedBytes).toBe(0);
  });

  test('is whole, however few bytes a write takes', async () => {
    const folder = spoolFolder();
    const { spool } = await buildDiskSpool({
      folder,
      files: filesWith((file) => ({ append: (bytes) => file.append(bytes.subarray(0, 7)) })),
    });
    expect(await acceptMany(spool, 20)).toEqual(Array(20).fill('accepted'));
    await spool.close();
    const { spool: again } = await buildDiskSpool({ folder });
    await until('all to be read', () => again.waitingBytes > 0);
    expect(sequencesOf(takeAll(again))).toEqual(oneTo(20));
  });

  test('is for its owner alone to read', async () => {
    const { spool, folder } = await buildDiskSpool();
    await accept(spool);
    const [segment] = segmentsIn(folder);
    expect(statSync(join(folder, segment!)).mode & 0o077).toBe(0);
  });
});

describe('segments', () => {
  test('go once everything in them is on the stream, in whichever order; the newest stays', async () => {
    const { spool, folder } = await buildDiskSpool({ limits: small });
    for (let i = 0; i < 12; i++) await accept(spool);
    const before = segmentsIn(folder);
    expect(before.length).toBeGreaterThan(2);
    const runs = takeAll(spool, 1);
    for (const run of runs.slice(1)) spool.release(run);
    await until('the others to go', () => segmentsIn(folder).length === 2);
    // The first holds an event that is not sent.
    expect(segmentsIn(folder)).toEqual([before[0], before.at(-1)]);
    expect(spool.account()).toMatchObject({ sentThrough: 0, unsent: 1 });
    spool.release(runs[0]!);
    await until('the first to go', () => segmentsIn(folder).length === 1);
    expect(spool.account()).toMatchObject({ acceptedThrough: 12, sentThrough: 12, unsent: 0 });
    expect(() => spool.release(runs[0]!)).toThrow(/1–1/);
  });

  test('of which all is sent give way to an empty one after ten seconds', async () => {
    const clock = new FakeClock();
    const { spool, folder } = await buildDiskSpool({ clock });
    await acceptMany(spool, 3);
    const [run] = takeAll(spool);
    await clock.advance(10_000);
    expect(segmentsIn(folder)).toHaveLength(1);
    spool.release(run!);
    await clock.advance(10_000);
    await until('the empty one', () => /\.0000000000000004\.segment/.test(segmentsIn(folder).join()));
    await until('the other to go', () => segmentsIn(folder).length === 1);
    await accept(spool);
    expect(sequencesOf(takeAll(spool))).toEqual([4]);
  });
});

describe('a restart', () => {
  test('goes on with writer and sequence, and hands out what was not sent, and nothing that was removed', async () => {
    const first = await buildDiskSpool({ limits: small });
    for (let i = 0; i < 12; i++) await accept(first.spool);
    const runs = takeAll(first.spool, 1);
    for (const run of runs.slice(0, 6)) first.spool.release(run);
    await first.spool.close();
    const { spool } = await buildDiskSpool({ folder: first.folder, limits: small });
    expect(spool.writer).toBe(first.spool.writer);
    await accept(spool);
    await until('all to be read', () => spool.account().unsent < 12 && spool.waitingBytes > 0);
    const sequences: number[] = [];
    await until('the thirteenth', () => {
      const taken = takeAll(spool);
      sequences.push(...sequencesOf(taken));
      return sequences.at(-1) === 13;
    });
    expect(sequences).toEqual(expect.arrayContaining([7, 8, 9, 10, 11, 12, 13]));
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect(sequences).not.toContain(1);
    expect(spool.account()).toMatchObject({ acceptedThrough: 13 });
    expect(spool.ended()).toEqual([]);
  });

  test('after everything was sent, still goes on with writer and sequence', async () => {
    const first = await buildDiskSpool();
    await acceptMany(first.spool, 5);
    for (const run of takeAll(first.spool)) first.spool.release(run);
    await first.spool.close();
    for (let i = 0; i < 3; i++) {
      const { spool } = await buildDiskSpool({ folder: first.folder });
      expect([spool.writer, spool.account().acceptedThrough]).toEqual([first.spool.writer, 5]);
      await spool.close();
    }
  });

  test('with a torn end: a new writer begins, and the one before ends with what is whole', async () => {
    const first = await buildDiskSpool();
    await acceptMany(first.spool, 5);
    await first.spool.close();
    const file = join(first.folder, segmentsIn(first.folder)[0]!);
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    const { spool, folder, told } = await buildDiskSpool({ folder: first.folder });
    expect(spool.writer).not.toBe(first.spool.writer);
    expect(spool.ended()).toMatchObject([{ writer: first.spool.writer, acceptedThrough: 4 }]);
    await accept(spool);
    const runs: ReturnType<typeof takeAll> = [];
    await until('both writers’ events', () => runs.push(...takeAll(spool)) === 2);
    expect(runs.map(({ writer, last }) => [writer, last])).toEqual(
      expect.arrayContaining([
        [first.spool.writer, 4],
        [spool.writer, 1],
      ]),
    );
    expect(told).toContainEqual(['spoolDamaged', expect.objectContaining({ stretches: 1 })]);
    for (const run of runs) spool.release(run);
    expect(spool.ended()).toMatchObject([{ sentThrough: 4, unsent: 0 }]);
    spool.forget(first.spool.writer);
    expect(spool.ended()).toEqual([]);
    await until('its files to go', () => segmentsIn(folder).length === 1);
  });

  test('leaves segments of another version as they are, and begins a new writer', async () => {
    const first = await buildDiskSpool();
    await accept(first.spool);
    await first.spool.close();
    const [segment] = segmentsIn(first.folder);
    const file = join(first.folder, segment!);
    const { encodeHeader, saltOf } = await import('./segment-format.ts');
    const bytes = readFileSync(file);
    encodeHeader(saltOf(segment!.split('/')[1]!), 2).copy(bytes);
    writeFileSync(file, bytes);
    const { spool, folder, told } = await buildDiskSpool({ folder: first.folder });
    expect(spool.writer).not.toBe(first.spool.writer);
    expect(told).toEqual([['segmentUnreadable', { segment: file, code: 'another version' }]]);
    expect(readFileSync(file)).toEqual(bytes);
    expect(segmentsIn(folder)).toHaveLength(2);
  });
});

describe('slots', () => {
  test('each spool has its own; whoever starts takes over those whose spools are gone', async () => {
    const folder = spoolFolder();
    const [one, two] = [await buildDiskSpool({ folder }), await buildDiskSpool({ folder })];
    await acceptMany(one.spool, 3);
    await acceptMany(two.spool, 4);
    expect(segmentsIn(folder).map((name) => name.split('/')[0])).toEqual(['slot-1', 'slot-2']);
    // What a kill leaves: the locks are gone, the files are not.
    await Promise.all([one.spool.close(), two.spool.close()]);
    const three = await buildDiskSpool({ folder });
    expect(three.spool.writer).toBe(one.spool.writer);
    expect(three.spool.ended()).toMatchObject([
      { writer: two.spool.writer, acceptedThrough: 4, sentThrough: 0, unsent: 4 },
    ]);
    expect(three.told).toContainEqual([
      'spoolAdopted',
      { folder: join(folder, 'slot-2'), writers: [two.spool.writer], events: 4 },
    ]);
    // Slot 2 is held, and so is not to be had.
    const four = await buildDiskSpool({ folder });
    expect(segmentsIn(folder).some((name) => name.startsWith(`slot-3/${four.spool.writer}`))).toBe(true);
    const runs: ReturnType<typeof takeAll> = [];
    await until('both writers’ events', () => runs.push(...takeAll(three.spool)) === 2);
    for (const run of runs) three.spool.release(run);
    three.spool.forget(two.spool.writer);
    await until('slot 2 to be empty', () => !segmentsIn(folder).some((name) => name.startsWith('slot-2')));
    await three.spool.close();
  });
});

describe('backlog', () => {
  test('what waits beyond the memory’s share is read from the disk, in order, and then it is live again', async () => {
    const { spool, folder } = await buildDiskSpool({
      limits: {
        spoolLiveBytesMax: 4_000,
        spoolReadBytes: 2_000,
        spoolReadAheadBytesMax: 4_000,
        spoolSegmentBytes: 10_000,
        spoolGroupBytesMax: 5_000,
        eventBytesMax: 1_000,
      },
    });
    const sequences: number[] = [];
    const send = (eventsMax: number) => {
      for (const run of takeAll(spool, eventsMax)) {
        sequences.push(...sequencesOf([run]));
        spool.release(run);
      }
    };
    for (let i = 0; i < 20; i++) {
      await acceptMany(spool, 25);
      expect(spool.waitingBytes).toBeLessThanOrEqual(5_000);
      if (i === 5) send(3);
    }
    expect(spool.account()).toMatchObject({ acceptedThrough: 500, unsent: 500 - sequences.length });
    await until('all to be sent', () => {
      send(7);
      return sequences.length >= 500;
    });
    expect(sequences).toEqual(oneTo(500));
    expect(spool.account()).toMatchObject({ sentThrough: 500, unsent: 0, unsentSinceMs: null });
    await until('the segments to go', () => segmentsIn(folder).length === 1);
    // Live again: what is kept is there to be taken in the same moment.
    await accept(spool);
    expect(sequencesOf(takeAll(spool))).toEqual([501]);
  });

  test('the age of what waits is that of the events, whoever accepted them', async () => {
    const clock = new FakeClock();
    const first = await buildDiskSpool({ clock });
    await accept(first.spool, 'disk', { receivedAtMs: clock.wallMs() });
    await first.spool.close();
    await clock.advance(60_000);
    const { spool } = await buildDiskSpool({ folder: first.folder, clock });
    await until('it to be read', () => spool.waitingSinceMs !== null);
    expect(clock.monotonicMs() - spool.account().unsentSinceMs!).toBe(60_000);
  });
});
