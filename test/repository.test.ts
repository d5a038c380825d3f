import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  badNames,
  forbiddenArrows,
  importCycles,
  strayClients,
  strayEnvironment,
} from './helpers/house-rules.ts';
import { readSourceTree, type SourceTree } from './helpers/source-tree.ts';

const root = join(import.meta.dirname, '..');
const tree = readSourceTree(root);

/** The tree with one more file, or with a line more in one that is there. */
function planted(path: string, line: string): SourceTree {
  return new Map([...tree, [path, `${tree.get(path) ?? ''}\n${line}\n`]]);
}

const rules = [
  {
    name: 'arrows run services → adapters → proto → domain, and services leave each other alone',
    rule: forbiddenArrows,
    plants: [
      planted('domain/decide.ts', `import { deaggregate } from '@trackline/proto/kpl';`),
      planted('adapters/planted.ts', `import '../services/tracker/shipping/spool.ts';`),
      planted('services/cli/planted.ts', `import type { Spool } from '@trackline/tracker/shipping/spool';`),
      planted(
        'services/local/planted.ts',
        `const spool = await import('@trackline/event-consumer/consume');`,
      ),
    ],
  },
  {
    name: 'no circle of imports',
    rule: importCycles,
    plants: [planted('domain/clock.ts', `import type { X } from './backoff.ts';`)],
  },
  {
    name: 'a client of an external system is imported by its adapters alone',
    rule: strayClients,
    plants: [
      planted('services/tracker/planted.ts', `import { Redis } from 'ioredis';`),
      planted(
        'services/event-consumer/planted.ts',
        `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`,
      ),
      planted('services/tracker/planted.ts', `const sdk = await import('@aws-sdk/client-kinesis');`),
    ],
  },
  {
    name: 'the environment is read in config.ts alone',
    rule: strayEnvironment,
    plants: [
      planted('services/tracker/planted.ts', `export const port = process.env.PORT;`),
      planted('services/tracker/planted.ts', `import { env } from 'node:process';`),
      planted('services/tracker/planted.ts', `const { env } = process;`),
    ],
  },
  {
    name: 'files are named by the glossary',
    rule: badNames,
    plants: [planted('domain/utils.ts', ''), planted('services/tracker/campaign.ts', '')],
  },
];

describe.each(rules)('$name', ({ rule, plants }) => {
  test('holds', () => {
    expect(rule(tree)).toEqual([]);
  });

  test.each(plants.map((plant, index) => [index + 1, plant] as const))(
    'finds planted fault %i',
    (_, plant) => {
      expect(rule(plant)).toHaveLength(1);
    },
  );
});

describe('documents tell the truth', () => {
  const documents = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'].map(
    (name) => [name, readFileSync(join(root, name), 'utf8')] as const,
  );

  test.each(documents)('every npm command in %s exists', (_, text) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const named = [...text.matchAll(/npm (?:run )?([a-z][\w:-]*)/g)].map((match) => match[1]!);
    const builtIn = ['ci', 'install'];
    expect(named.filter((name) => !(name in scripts) && !builtIn.includes(name))).toEqual([]);
  });

  test.each(documents)('every relative link in %s leads somewhere', (_, text) => {
    const links = [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
  });

  test('every folder in the map of README exists', () => {
    const text = documents[0]![1];
    const map = /```\n(domain\/[\s\S]*?)```/.exec(text)?.[1] ?? '';
    const folders = [...map.matchAll(/^\s*([\w./-]+\/)\s/gm)].map((match) => match[1]!);
    expect(folders.length).toBeGreaterThan(8);
    const under = (folder: string) => [folder, `services/${folder}`, `test/${folder}`, `docs/${folder}`];
    expect(folders.filter((folder) => !under(folder).some((path) => existsSync(join(root, path))))).toEqual(
      [],
    );
  });
});
