import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  accept,
  buildDiskSpool,
  filesWith,
  segmentsIn,
  spoolFolder,
} from '../../../../test/helpers/disk-spool.ts';
import { systemError } from '../../../../test/helpers/system-error.ts';

test('a sibling that can’t be looked into is told, and hinders no start', async () => {
  const folder = spoolFolder();
  writeFileSync(join(folder, 'slot-7'), 'no folder');
  const { spool, told } = await buildDiskSpool({ folder });
  expect(told).toContainEqual(['segmentUnreadable', { segment: join(folder, 'slot-7'), code: 'ENOTDIR' }]);
  expect(await accept(spool)).toBe('accepted');
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
