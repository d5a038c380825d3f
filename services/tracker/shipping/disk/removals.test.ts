import { expect, test } from 'vitest';
import { systemError } from '../../../../test/helpers/system-error.ts';
import { Removals } from './removals.ts';
import { Segment } from './segment.ts';
import { nodeSpoolFiles } from './spool-files.node.ts';

/** Removals from a folder that is only thought of, whose calls are noted. */
function buildRemovals(count: number) {
  const left = new Map(
    Array.from({ length: count }, (_, i) => {
      const name = { writer: 'w', ordinal: i + 1, first: 10 * i + 1 };
      const segment = new Segment('/slot', name, { bytes: 12, handedBytes: 12, isSealed: true });
      return [segment.path, segment];
    }),
  );
  const segments = [...left.values()];
  const calls: string[] = [];
  const stuck = new Set<Segment>();
  const removals = new Removals(
    {
      ...nodeSpoolFiles,
      list: async () => [...left.values()].map(({ file }) => file),
      async remove(path) {
        const segment = left.get(path)!;
        if (stuck.has(segment)) throw systemError('EIO');
        calls.push(`remove ${segment.ordinal}`);
        left.delete(path);
      },
      async syncFolder(path) {
        calls.push(`sync ${path}`);
      },
    },
    { spoolFailed: () => {} },
  );
  return { removals, segments, calls, stuck };
}

test('a writer’s last segment goes when the removal of all before it is durable', async () => {
  const { removals, segments, calls } = buildRemovals(3);
  removals.remove(segments.slice(0, 2));
  removals.removeLast(segments[2]!);
  await removals.close();
  expect(calls).toEqual(['remove 1', 'remove 2', 'sync /slot', 'remove 3']);
});

test('as long as one before it stays, so does the last', async () => {
  const { removals, segments, calls, stuck } = buildRemovals(3);
  stuck.add(segments[0]!);
  removals.remove(segments.slice(0, 2));
  removals.removeLast(segments[2]!);
  await removals.close();
  expect(calls).toEqual(['remove 2']);
});

test('where a failed group may be at the end of one, the next one goes after it, durably, or not at all', async () => {
  const { removals, segments, calls, stuck } = buildRemovals(3);
  segments[0]!.hasStaleEnd = true;
  stuck.add(segments[0]!);
  removals.remove(segments.slice(0, 2));
  await new Promise(setImmediate);
  expect(calls).toEqual([]);
  stuck.clear();
  removals.remove(segments.slice(2));
  await removals.close();
  expect(calls).toEqual(['remove 1', 'sync /slot', 'remove 2', 'remove 3']);
});

test('nothing is removed from folders that are given up', async () => {
  const { removals, segments, calls } = buildRemovals(1);
  await removals.close();
  removals.remove(segments);
  removals.removeLast(segments[0]!);
  await removals.close();
  expect(calls).toEqual([]);
});
