import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accept,
  acceptMany,
  buildDiskSpool,
  filesWith,
  segmentsIn,
  sequencesOf,
  spoolFolder,
} from '../../../../test/helpers/disk-spool.ts';
import { takeAll } from '../../../../test/helpers/event-runs.ts';
import { systemError } from '../../../../test/helpers/system-error.ts';
import { until } from '../../../../test/helpers/until.ts';

test('a sibling that can’t be looked into is told, and hinders no start', async () => {
  const folder = spoolFolder();
  writeFileSync(join(folder, 'slot-7'), 'no folder');
  const { spool, told } = await buildDiskSpool({ folder });
  expect(told).toContainEqual(['segmentUnreadable', { segment: join(folder, 'slot-7'), code: 'ENOTDIR' }]);
  expect(await accept(spool)).toBe('accepted');
});

test('a spool that leaves others’ slots at its start takes them when it is told to', async () => {
  const folder = spoolFolder();
  const [one, two] = [await buildDiskSpool({ folder }), await buildDiskSpool({ folder })];
  await acceptMany(two.spool, 3);
  await Promise.all([one.spool.close(), two.spool.close()]);

  const next = await buildDiskSpool({ folder, adopts: false });
  expect(next.spool.writer).toBe(one.spool.writer);
  expect(next.spool.ended()).toEqual([]);
  // Meanwhile the second slot is the one that a sibling goes on with.
  const sibling = await buildDiskSpool({ folder, adopts: false });
  expect(sibling.spool.writer).toBe(two.spool.writer);
  await next.spool.adoptOrphans();
  expect(next.spool.ended()).toEqual([]);
  await sibling.spool.close();

  let woken = 0;
  next.spool.onWaiting(() => void woken++);
  await next.spool.adoptOrphans();
  expect(next.told).toContainEqual([
    'spoolAdopted',
    { folder: join(folder, 'slot-2'), writers: [two.spool.writer], events: 3 },
  ]);
  await until('them to be read', () => woken > 0);
  expect(sequencesOf(takeAll(next.spool))).toEqual([1, 2, 3]);
  expect(await accept(next.spool)).toBe('accepted');
});

test('a start that fails leaves its slot to the next one', async () => {
  const folder = spoolFolder();
  const files = filesWith(() => ({
    async sync() {
      throw systemError('EIO');
    },
  }));
  await expect(buildDiskSpool({ folder, files })).rejects.toThrow('EIO');
  const { spool } = await buildDiskSpool({ folder });
  expect(await accept(spool)).toBe('accepted');
  expect(segmentsIn(folder).map((name) => name.split('/')[0])).toEqual(['slot-1']);
});
