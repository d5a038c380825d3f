import { join } from 'node:path';
import { type Reason, reasons } from '@trackline/domain/verdict';
import { describe, expect, test } from 'vitest';
import { sources } from './helpers/house-rules.ts';
import { readSourceTree, readTree, type SourceTree } from './helpers/source-tree.ts';

const root = join(import.meta.dirname, '..');
const table = 'domain/verdict.ts';
const tree = readSourceTree(root);
const guides = readTree(join(root, 'docs', 'guides'), /\.md$/);

/** A reason of the table is given by something that runs: there, and not only in the table. */
function isGiven(reason: string, tree: SourceTree): boolean {
  const written = new RegExp(`['\`]${reason}\\b`);
  return sources(tree).some(([path, text]) => path !== table && written.test(text));
}

/** A reason of the table is explained to people. */
function isExplained(reason: string, guides: SourceTree): boolean {
  return [...guides.values()].some((text) => text.includes(`| \`${reason}\` |`));
}

describe.each(Object.keys(reasons) as Reason[])('%s', (reason) => {
  test('is given somewhere', () => {
    expect(isGiven(reason, tree)).toBe(true);
  });

  test('is explained in a guide', () => {
    expect(isExplained(reason, guides)).toBe(true);
  });
});

test('a reason in the table alone is noticed', () => {
  const planted = new Map(tree).set(
    table,
    `${tree.get(table)}\n  planted: call('rejected', 400, 'Planted.'),`,
  );
  expect(isGiven('planted', planted)).toBe(false);
  expect(isExplained('planted', guides)).toBe(false);
});
