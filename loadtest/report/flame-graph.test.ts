import { expect, test } from 'vitest';
import { malformed } from '../../test/helpers/malformed-xml.ts';
import { type CpuProfile, flameGraph, readProfiles } from './flame-graph.ts';

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 9 },
  children,
});

const profile: CpuProfile = {
  nodes: [
    node(1, '(root)', '', [2, 3, 4]),
    node(2, 'track', 'file:///home/somebody/trackline/services/tracker/http/track.ts', [5]),
    node(3, '(idle)', ''),
    node(4, '(garbage collector)', ''),
    node(5, 'decide', 'file:///home/somebody/trackline/domain/decide.ts'),
  ],
  samples: [2, 5, 3, 4, 5],
  timeDeltas: [100, 200, 5_000, 50, 300],
};

test('time is summed by function and caller, and what was idle is left out', () => {
  const root = readProfiles([profile, profile]);
  const track = root.children.get('track services/tracker/http/track.ts:10')!;
  expect(root.totalUs).toBe(2 * 650);
  expect([track.selfUs, track.totalUs]).toEqual([2 * 100, 2 * 600]);
  expect([...track.children.values()].map(({ name, totalUs }) => [name, totalUs])).toEqual([
    ['decide', 1_000],
  ]);
  expect([...root.children.values()].map(({ name }) => name)).toEqual(['track', '(garbage collector)']);
});

test('the graph is well-formed, and tells nothing of the machine’s folders', () => {
  const svg = flameGraph('CPU of <all>', readProfiles([profile]));
  expect(malformed(svg)).toBeNull();
  expect(svg).toContain('services/tracker/http/track.ts:10 92.3 %');
  expect(svg).not.toContain('somebody');
});

test('of a profile without samples, there is the root alone', () => {
  expect(malformed(flameGraph('none', readProfiles([{ nodes: [] }])))).toBeNull();
});
