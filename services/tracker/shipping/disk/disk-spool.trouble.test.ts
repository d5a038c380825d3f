import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  accept,
  acceptMany,
  buildDiskSpool,
  filesWith,
  segmentsIn,
  sequencesOf,
} from '../../../../test/helpers/disk-spool.ts';
import { takeAll } from '../../../../test/helpers/event-runs.ts';
import { FakeClock } from '../../../../test/helpers/fake-clock.ts';
import { oneTo } from '../../../../test/helpers/sender.ts';
import { systemError } from '../../../../test/helpers/system-error.ts';
import { until } from '../../../../test/helpers/until.ts';
import { headerBytes } from './segment-format.ts';
import { nodeSpoolFiles } from './spool-files.node.ts';

/** A disk whose faults begin and end when a test says so. */
function faultyDisk() {
  const disk = { appendFails: '', syncFailures: 0, createFails: '', tornAt: 0 };
  const files = filesWith((file) => ({
    async append(bytes) {
      if (disk.appendFails === '') return file.append(bytes);
      // Some of it gets through, as on a disk that fills up.
      if (disk.tornAt > 0) await file.append(bytes.subarray(0, disk.tornAt));
      throw systemError(disk.appendFails);
    },
    async sync() {
      if (disk.syncFailures-- > 0) throw systemError('EIO');
      return file.sync();
    },
  }));
  const create = files.create;
  files.create = async (path) => {
    if (disk.createFails !== '') throw systemError(disk.createFails);
    return create(path);
  };
  return { disk, files };
}

describe('without room on the disk', () => {
  test('full is an answer, no sequence is used, and what was half written is cut off', async () => {
    const { disk, files } = faultyDisk();
    const clock = new FakeClock();
    const { spool, folder, told } = await buildDiskSpool({ files, clock });
    await acceptMany(spool, 3);
    Object.assign(disk, { appendFails: 'ENOSPC', createFails: 'ENOSPC', tornAt: 50 });
    const before = readFileSync(join(folder, segmentsIn(folder)[0]!));
    expect(await acceptMany(spool, 5)).toEqual(Array(5).fill('full'));
    expect(readFileSync(join(folder, segmentsIn(folder)[0]!))).toEqual(before);
    expect(spool.account()).toMatchObject({ acceptedThrough: 3, writable: false });
    expect(told).toContainEqual(['spoolFailed', { code: 'ENOSPC', refused: 5 }]);
    await clock.advance(5_000);
    expect(await accept(spool)).toBe('full');

    Object.assign(disk, { appendFails: '', createFails: '' });
    await clock.advance(1_000);
    await until('room', () => spool.account().writable);
    expect(await acceptMany(spool, 2)).toEqual(['accepted', 'accepted']);
    expect(sequencesOf(takeAll(spool))).toEqual(oneTo(5));
    expect(spool.ended()).toEqual([]);
  });

  test('a little room is none: a header would find its place, and no event would', async () => {
    const { disk, files } = faultyDisk();
    const clock = new FakeClock();
    const { spool, folder } = await buildDiskSpool({ files, clock });
    Object.assign(disk, { appendFails: 'ENOSPC', tornAt: 12 });
    expect(await accept(spool)).toBe('full');
    for (let second = 0; second < 3; second++) {
      await clock.advance(1_000);
      expect(spool.account().writable).toBe(false);
    }
    expect(segmentsIn(folder)).toHaveLength(1);
  });

  test('it starts all the same: what it finds is sent, and that makes the room', async () => {
    const first = await buildDiskSpool();
    await acceptMany(first.spool, 3);
    await first.spool.close();
    const { disk, files } = faultyDisk();
    disk.createFails = 'ENOSPC';
    const clock = new FakeClock();
    const { spool, told } = await buildDiskSpool({ folder: first.folder, files, clock });
    expect(told).toContainEqual(['spoolFailed', { code: 'ENOSPC', refused: 0 }]);
    expect(spool.account()).toMatchObject({ acceptedThrough: 3, unsent: 3, writable: false });
    expect([await accept(spool), await accept(spool, 'memory')]).toEqual(['full', 'accepted']);
    await until('what was left', () => spool.waitingBytes > 0);
    const [run] = takeAll(spool);
    expect(run).toMatchObject({ writer: first.spool.writer, first: 1, last: 3 });
    spool.release(run!);

    disk.createFails = '';
    await clock.advance(1_000);
    await until('the fourth to be kept', () => spool.account().acceptedThrough === 4);
    expect(await accept(spool)).toBe('accepted');
    expect(sequencesOf(takeAll(spool))).toEqual([4, 5]);
    await until('the first segment to go', () => segmentsIn(first.folder).length === 1);
  });

  test('nobody of a group that may be found is told full, also where its last event stays in memory', async () => {
    const { disk, files } = faultyDisk();
    const { spool } = await buildDiskSpool({ files, clock: new FakeClock() });
    Object.assign(disk, { syncFailures: 1, createFails: 'ENOSPC' });
    const given = [accept(spool), accept(spool), accept(spool, 'memory')];
    expect(await Promise.all(given)).toEqual(['failed', 'failed', 'accepted']);
    expect(await accept(spool)).toBe('full');
  });

  test('what nobody waits for stays in memory, and is kept when there is room', async () => {
    const { disk, files } = faultyDisk();
    const clock = new FakeClock();
    const { spool } = await buildDiskSpool({ files, clock });
    Object.assign(disk, { appendFails: 'ENOSPC', createFails: 'ENOSPC' });
    const [inMemory, onDisk] = [accept(spool, 'memory'), accept(spool, 'disk')];
    expect([await inMemory, await onDisk, await accept(spool, 'memory')]).toEqual([
      'accepted',
      'full',
      'accepted',
    ]);
    expect(spool.account()).toMatchObject({ atRisk: 2, acceptedThrough: 0, unsent: 0 });
    Object.assign(disk, { appendFails: '', createFails: '' });
    await clock.advance(1_000);
    await until('both to be kept', () => spool.account().acceptedThrough === 2);
    expect(spool.account().atRisk).toBe(0);
  });

  test('its own bound is one too: beyond it everything is full, until something is sent', async () => {
    const { spool } = await buildDiskSpool({
      bytesMax: 5_000,
      limits: { eventBytesMax: 1_000, spoolSegmentBytes: 1_000, spoolGroupBytesMax: 1_000 },
    });
    let accepted = 0;
    while ((await accept(spool)) === 'accepted') accepted++;
    expect(accepted).toBeGreaterThan(5);
    const { usedBytes, bytesMax, writable } = spool.account();
    expect([usedBytes <= bytesMax, writable]).toEqual([true, false]);
    expect(await accept(spool, 'memory')).toBe('full');
    for (const run of takeAll(spool)) spool.release(run);
    expect(await accept(spool)).toBe('accepted');
    expect(sequencesOf(takeAll(spool))).toEqual([accepted + 1]);
  });

  test('that it fills up is told once, before it is full', async () => {
    const { spool, told } = await buildDiskSpool({
      bytesMax: 10_000,
      limits: { eventBytesMax: 1_000, spoolSegmentBytes: 2_000, spoolGroupBytesMax: 1_000 },
    });
    while ((await accept(spool)) === 'accepted');
    const tellings = told.filter(([name]) => name === 'spoolFilling');
    expect(tellings).toHaveLength(1);
    expect(tellings[0]![1].usedBytes).toBeGreaterThanOrEqual(7_000);
    expect(tellings[0]![1].usedBytes).toBeLessThan(8_000);
  });
});

describe('a disk that fails', () => {
  test('once: the group goes to a new segment, and is accepted there', async () => {
    const { disk, files } = faultyDisk();
    const { spool, folder } = await buildDiskSpool({ files });
    await acceptMany(spool, 2);
    disk.syncFailures = 1;
    expect(await acceptMany(spool, 3)).toEqual(Array(3).fill('accepted'));
    expect(segmentsIn(folder)).toHaveLength(2);
    expect(spool.ended()).toEqual([]);
    expect(sequencesOf(takeAll(spool))).toEqual(oneTo(5));
  });

  test('twice: nobody is told accepted, and it is not writable; then a new writer goes on', async () => {
    const { disk, files } = faultyDisk();
    const clock = new FakeClock();
    const { spool, folder, told } = await buildDiskSpool({ files, clock });
    await acceptMany(spool, 2);
    const { writer } = spool;
    disk.syncFailures = Infinity;
    expect(await acceptMany(spool, 3)).toEqual(Array(3).fill('failed'));
    expect(spool.account()).toMatchObject({ acceptedThrough: 2, writable: false });
    expect(await accept(spool)).toBe('failed');
    expect(told).toContainEqual(['spoolFailed', { code: 'EIO', refused: 3 }]);

    disk.syncFailures = 0;
    await clock.advance(1_000);
    await until('it to be writable', () => spool.account().writable);
    expect(spool.writer).not.toBe(writer);
    expect(spool.ended()).toMatchObject([{ writer, acceptedThrough: 2, unsent: 2 }]);
    expect(await acceptMany(spool, 2)).toEqual(['accepted', 'accepted']);
    const runs = takeAll(spool);
    expect(runs.map((run) => [run.writer, run.first, run.last]).toSorted()).toEqual(
      [
        [writer, 1, 2],
        [spool.writer, 1, 2],
      ].toSorted(),
    );
    // The failed group was cut off: a restart finds what was accepted, and nothing else.
    const sizes = segmentsIn(folder).map((name) => readFileSync(join(folder, name)).length > headerBytes);
    expect(sizes).toEqual([true, true]);
  });
});

test('a segment that can’t be read is passed over after some tries, and what is behind it is sent', async () => {
  const small = { spoolSegmentBytes: 600, spoolGroupBytesMax: 600, eventBytesMax: 500 };
  const first = await buildDiskSpool({ limits: small });
  for (let i = 0; i < 12; i++) await accept(first.spool);
  await first.spool.close();
  const bad = segmentsIn(first.folder)[1]!;
  const clock = new FakeClock();
  const { spool, told } = await buildDiskSpool({
    folder: first.folder,
    limits: small,
    clock,
    files: filesWith(() => ({}), {
      async read(path, offset, bytesMax) {
        // The header could be read.
        if (path.endsWith(bad) && offset > 0) throw systemError('EIO');
        return nodeSpoolFiles.read(path, offset, bytesMax);
      },
    }),
  });
  const sequences: number[] = [];
  await until('all others', async () => {
    for (const run of takeAll(spool)) {
      sequences.push(...sequencesOf([run]));
      spool.release(run);
    }
    await clock.advance(1_000);
    return sequences.at(-1) === 12;
  });
  expect(sequences.length).toBeLessThan(12);
  expect(told.filter(([name]) => name === 'segmentUnreadable')).toEqual([
    ['segmentUnreadable', { segment: join(first.folder, bad), code: 'EIO' }],
  ]);
  await until('the others to go', () => segmentsIn(first.folder).length === 2);
  expect(segmentsIn(first.folder)[0]).toBe(bad);
});

test('that the process has no file left to open is no fault of a segment: it is read once there is one', async () => {
  const first = await buildDiskSpool();
  await acceptMany(first.spool, 3);
  await first.spool.close();
  const clock = new FakeClock();
  let tries = 0;
  const files = filesWith(() => ({}), {
    async read(path, offset, bytesMax) {
      if (offset > 0 && ++tries > 1 && tries < 30) throw systemError('EMFILE');
      return nodeSpoolFiles.read(path, offset, bytesMax);
    },
  });
  const { spool, told } = await buildDiskSpool({ folder: first.folder, clock, files });
  await until('the segment to be read', async () => {
    await clock.advance(1_000);
    return spool.waitingBytes > 0;
  });
  expect(tries).toBe(30);
  expect(sequencesOf(takeAll(spool))).toEqual([1, 2, 3]);
  expect(told.map(([name]) => name)).not.toContain('segmentUnreadable');
});

describe('who waits for the stream', () => {
  test('hears of it when the stream has the event', async () => {
    const clock = new FakeClock();
    const { spool } = await buildDiskSpool({ clock });
    const outcomes: string[] = [];
    void accept(spool, 'stream').then((outcome) => outcomes.push(outcome));
    await accept(spool, 'disk');
    await clock.advance(1_000);
    expect(outcomes).toEqual([]);
    const [run] = takeAll(spool);
    spool.release(run!);
    await clock.advance(0);
    expect(outcomes).toEqual(['accepted']);
    await clock.advance(5_000);
    expect(spool.account().unconfirmed).toBe(0);
  });

  test('hears after two seconds that it is not confirmed; it is sent all the same', async () => {
    const clock = new FakeClock();
    const { spool } = await buildDiskSpool({ clock });
    const outcomes: string[] = [];
    void accept(spool, 'stream').then((outcome) => outcomes.push(outcome));
    await accept(spool, 'disk');
    const [run] = takeAll(spool);
    await clock.advance(1_999);
    expect(outcomes).toEqual([]);
    await clock.advance(1);
    expect(outcomes).toEqual(['unconfirmed']);
    expect(spool.account()).toMatchObject({ unconfirmed: 1, unsent: 2 });
    spool.release(run!);
    await clock.advance(0);
    expect(outcomes).toEqual(['unconfirmed']);
    expect(spool.account()).toMatchObject({ unconfirmed: 0, unsent: 0 });
  });

  test('hears at the end that it is not confirmed', async () => {
    const { spool } = await buildDiskSpool();
    const outcome = accept(spool, 'stream');
    await accept(spool, 'disk');
    await spool.close();
    expect(await outcome).toBe('unconfirmed');
    expect(await accept(spool)).toBe('failed');
  });
});
