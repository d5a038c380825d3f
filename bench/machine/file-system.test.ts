import { expect, test } from 'vitest';
import { fileSystemIn } from './file-system.ts';

const mounts = `/dev/vda / ext4 rw 0 0
proc /proc proc rw 0 0
/dev/vdb /data xfs rw 0 0
tmpfs /data/spool tmpfs rw 0 0
`;

test.each([
  ['/home/spool', 'ext4 on /dev/vda'],
  ['/data/other', 'xfs on /dev/vdb'],
  ['/data/spool/1', 'tmpfs on tmpfs'],
  ['/data', 'xfs on /dev/vdb'],
  ['/database', 'ext4 on /dev/vda'],
])('%s lies on %s', (path, fileSystem) => {
  expect(fileSystemIn(mounts, path)).toBe(fileSystem);
});

test('where nothing is mounted, nothing is known', () => {
  expect(fileSystemIn('', '/data')).toBe('unknown');
});
