import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Documents,
  deadLinks,
  missingScripts,
  readDocuments,
  unprovenFeatures,
  wrongCommands,
  wrongStarts,
} from './helpers/house-rules.documents.ts';
import { strayEnvironment, strayTime } from './helpers/house-rules.globals.ts';
import {
  badNames,
  forbiddenArrows,
  importCycles,
  impureFloors,
  strayClients,
  testsThatRun,
  wideComments,
} from './helpers/house-rules.ts';
import { readSourceTree, type SourceTree } from './helpers/source-tree.ts';

const root = join(import.meta.dirname, '..');
const tree = readSourceTree(root);

/** A fault: a line more in a file of the tree, or in a new one. */
type Fault = readonly [path: string, line: string];

const planted = ([path, line]: Fault): SourceTree =>
  new Map([...tree, [path, `${tree.get(path) ?? ''}\n${line}\n`]]);

const rules: readonly {
  readonly name: string;
  readonly rule: (tree: SourceTree) => string[];
  readonly faults: readonly Fault[];
}[] = [
  {
    name: 'arrows run services → adapters → proto → domain, and services leave each other alone',
    rule: forbiddenArrows,
    faults: [
      ['domain/decide.ts', `import { deaggregate } from '@trackline/proto/kpl';`],
      ['adapters/planted.ts', `import '../services/tracker/shipping/spool.ts';`],
      ['services/cli/planted.ts', `import type { Spool } from '@trackline/tracker/shipping/spool';`],
      ['services/cli/planted.ts', `export * from '../tracker/limits.ts';`],
      ['services/local/planted.ts', `const spool = await import('@trackline/event-consumer/consume');`],
      ['services/local/planted.ts', 'const spool = await import(`@trackline/event-consumer/consume`);'],
      [
        'proto/planted.ts',
        `import {\n  // What 'item' was: {}\n  item, /* from "here" */\n} from '@trackline/adapters/dynamodb/hash';`,
      ],
    ],
  },
  {
    name: 'no circle of imports',
    rule: importCycles,
    faults: [['domain/clock.ts', `import type { X } from './backoff.ts';`]],
  },
  {
    name: 'no comment is wider than 120 columns',
    rule: wideComments,
    faults: [['domain/clock.ts', ` * ${'word '.repeat(24)}`]],
  },
  {
    name: 'what runs takes nothing from the tests',
    rule: testsThatRun,
    faults: [
      ['domain/planted.ts', `import { FakeClock } from '../test/helpers/fake-clock.ts';`],
      ['services/cli/planted.ts', `import { cases } from './time.test.ts';`],
      ['adapters/planted.ts', `import { vi } from 'vitest';`],
    ],
  },
  {
    name: 'the domain knows nobody, and proto neither file nor network',
    rule: impureFloors,
    faults: [
      ['domain/planted.ts', `import { readFileSync } from 'node:fs';`],
      ['domain/planted.ts', `import fs from 'fs/promises';`],
      ['domain/planted.ts', `import Type from 'typebox';`],
      ['proto/planted.ts', `import { connect } from 'node:net';`],
      ['proto/planted.ts', `const { request } = await import('http');`],
    ],
  },
  {
    name: 'a client of an external system is imported by its adapters alone',
    rule: strayClients,
    faults: [
      ['services/tracker/planted.ts', `import { Redis } from 'ioredis';`],
      ['services/tracker/planted.ts', `const sdk = await import('@aws-sdk/client-kinesis');`],
      ['services/tracker/planted.ts', 'const { Redis } = await import(`ioredis`);'],
      ['services/tracker/planted.ts', `const { Redis } = createRequire(import.meta.url)('ioredis');`],
      ['services/tracker/planted.ts', `const need = createRequire(here);\nneed("ioredis");`],
      ['services/tracker/planted.ts', `import { Redis /* of 'them' } */ } from 'ioredis';`],
      ['services/event-consumer/planted.ts', `import { DynamoDBClient } from '@aws-sdk/client-dynamodb';`],
      ['adapters/event-stream/planted.kinesis.ts', `import { SQSClient } from '@aws-sdk/client-sqs';`],
      ['adapters/planted.ts', `import { NodeHttpHandler } from '@smithy/node-http-handler';`],
      ['services/event-consumer/planted.redis.ts', `import { Redis } from 'ioredis';`],
      ['services/tracker/planted.ts', `import kinesalite from 'kinesalite';`],
      ['services/local/planted.ts', `import { fastify } from 'fastify';`],
      ['services/tracker/planted.ts', `import { pino } from 'pino';`],
    ],
  },
  {
    name: 'the environment is read in config.ts alone',
    rule: strayEnvironment,
    faults: [
      ['services/tracker/planted.ts', `export const port = process.env.PORT;`],
      ['services/tracker/planted.ts', `export const port = process?.env.PORT;`],
      ['services/tracker/planted.ts', `export const port = process['env'].PORT;`],
      ['services/tracker/planted.ts', `export const url = \`http://localhost:\${process.env.PORT}\`;`],
      ['services/tracker/planted.ts', `export const port = globalThis['process'].env.PORT;`],
      ['services/tracker/planted.ts', `import { env } from 'node:process';`],
      ['services/tracker/planted.ts', `import { env } from 'process';`],
      ['services/tracker/planted.ts', `import p from 'node:process';`],
      ['services/tracker/planted.ts', `const { env } = process;`],
      ['services/tracker/planted.ts', `const p = process;`],
      ['services/tracker/planted.ts', `read(process);`],
      ['services/tracker/http/config.ts', `export const port = process.env.PORT;`],
      ['adapters/config.ts', `export const port = process.env.PORT;`],
      ['scripts/planted.mjs', `export const port = process.env.PORT;`],
    ],
  },
  {
    name: 'time and chance are passed in',
    rule: strayTime,
    faults: [
      ['services/tracker/planted.ts', `export const now = Date.now();`],
      ['services/tracker/planted.ts', `export const now = new Date();`],
      ['services/tracker/planted.ts', `const { now } = Date;`],
      ['adapters/planted.ts', `export const now = performance.now();`],
      ['domain/planted.ts', `export const luck = Math.random();`],
    ],
  },
  {
    name: 'files are named by the glossary',
    rule: badNames,
    faults: [
      ['domain/utils.ts', ''],
      ['services/tracker/campaign.ts', ''],
    ],
  },
];

describe.each(rules)('$name', ({ rule, faults }) => {
  const standing = rule(tree);

  test('holds', () => {
    expect(standing).toEqual([]);
  });

  test.each(faults.map((fault) => [...fault, fault] as const))('%s: %s is found', (path, _, fault) => {
    const found = rule(planted(fault)).filter((line) => !standing.includes(line));
    expect(found).toEqual([expect.stringContaining(path)]);
  });
});

const documents = readDocuments();

const documentRules: readonly {
  readonly name: string;
  readonly rule: (documents: Documents) => string[];
  readonly faults: readonly string[];
}[] = [
  {
    name: 'every call of npx trackline is one that it takes',
    rule: wrongCommands,
    faults: [
      'Take `npx trackline ledgers`.',
      'Take `npx trackline program get` and an id.',
      '```sh\nnpx trackline events --program aurora-shoes --type sale | head\n```',
      '```sh\nnpx trackline report --program aurora-shoes \\\n  --day today # or another\n```',
    ],
  },
  {
    name: 'every npm start has options that it takes',
    rule: wrongStarts,
    faults: ['Take `npm start -- --tracker 2`.', '```sh\nnpm start -- --redis none   # without Redis\n```'],
  },
  {
    name: 'every script of npm and every file run by Node exists',
    rule: missingScripts,
    faults: [
      '`npm run planted`',
      '`npm run install`',
      '```sh\nnpm benchmark\n```',
      '`node scripts/planted.mjs`',
    ],
  },
  {
    name: 'every feature of the HTTP surface, and all that holds off a threat, names the test that proves it',
    rule: unprovenFeatures,
    faults: [
      '| feature | proof |\n|---|---|\n| planted | |',
      '| feature | proof |\n|---|---|\n| planted | [there](test/planted.test.ts): “holds” |',
      '| feature | proof |\n|---|---|\n| planted | [here](test/reasons.test.ts): “plants a rose” |',
      '| threat | what holds it off | proof |\n|---|---|---|\n| planted | nothing | |',
    ],
  },
  {
    name: 'every relative link leads somewhere',
    rule: deadLinks,
    faults: ['[there](docs/planted.md)', '[there](./planted/#anchor)'],
  },
];

describe.each(documentRules)('documents: $name', ({ rule, faults }) => {
  const standing = rule(documents);

  test('holds', () => {
    expect(standing).toEqual([]);
  });

  test.each(faults)('%j is found', (fault) => {
    const planted = new Map([...documents, ['README.md', `${documents.get('README.md')}\n${fault}\n`]]);
    const found = rule(planted).filter((line) => !standing.includes(line));
    expect(found).toEqual([expect.stringMatching(/^README\.md: /)]);
  });
});

describe('documents', () => {
  test('every folder in the map of README exists', () => {
    const text = documents.get('README.md')!;
    const map = /```\n(domain\/[\s\S]*?)```/.exec(text)?.[1] ?? '';
    const folders = [...map.matchAll(/^\s*([\w./-]+\/)\s/gm)].map((match) => match[1]!);
    expect(folders.length).toBeGreaterThan(8);
    const under = (folder: string) => [folder, `services/${folder}`, `test/${folder}`, `docs/${folder}`];
    expect(folders.filter((folder) => !under(folder).some((path) => existsSync(join(root, path))))).toEqual(
      [],
    );
  });
});
