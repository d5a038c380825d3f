import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { readEnvironment } from '@trackline/adapters/environment/environment';
import { readConfig as readUpdaterConfig } from '@trackline/core-data-updater/config';
import { systemClock } from '@trackline/domain/clock';
import { callReasons, reasons, redirectReasons } from '@trackline/domain/verdict';
import { readConfig as readConsumerConfig } from '@trackline/event-consumer/config';
import { readConfig as readStackConfig } from '@trackline/local/config';
import { buildPrimaryMetrics } from '@trackline/tracker/cluster/primary-metrics';
import { readConfig as readTrackerConfig } from '@trackline/tracker/config';
import { limits } from '@trackline/tracker/limits';
import { MemorySpool } from '@trackline/tracker/shipping/spool.memory';
import { buildMetrics, observe, observeLoop } from '@trackline/tracker/watching/metrics';
import { Tally } from '@trackline/tracker/watching/tally';
import type { TObject } from 'typebox';
import { describe, expect, test, vi } from 'vitest';

/**
 * The guides list what the code has. Each list is compared with the code, row by row, both ways: what is left
 * out, what there is not, and what says otherwise.
 */

type Environment = Readonly<Record<string, string | undefined>>;

const given: TObject[] = vi.hoisted(() => []);
// Every config.ts hands its schema to readEnvironment, and most keep it to themselves.
vi.mock('@trackline/adapters/environment/environment', async (original) => {
  const actual = await original<{ readEnvironment: typeof readEnvironment }>();
  const noting: typeof readEnvironment = (schema, ...rest) => {
    given.push(schema);
    return actual.readEnvironment(schema, ...rest);
  };
  return { ...actual, readEnvironment: noting };
});

const guides = join(import.meta.dirname, '..', 'docs', 'guides');
const guide = (name: string) => readFileSync(join(guides, name), 'utf8');

/** A row of a table, its first cell being what it is about. */
type Row = readonly string[];

/** The rows of the first table behind a heading, their cells as written, without the table's head. */
function rowsBehind(heading: string, text: string): Row[] {
  const lines = text.split('\n');
  const from = lines.indexOf(heading);
  const begin = lines.findIndex((line, index) => index > from && line.startsWith('|'));
  if (from === -1 || begin === -1) return [];
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('|'));
  return lines.slice(begin + 2, end).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/**
 * What is wrong with the written rows, a line for each; only the cells that the true ones have are compared.
 */
function differences(written: readonly Row[], actual: readonly Row[]): string[] {
  const found: string[] = [];
  for (const [name, ...cells] of actual) {
    const rows = written.filter(([other]) => other === name);
    if (rows.length !== 1) found.push(`${name}: has ${rows.length} rows`);
    else if (cells.some((cell, index) => rows[0]![index + 1] !== cell)) {
      found.push(`${name}: ${rows[0]!.slice(1).join(' | ')}, and not ${cells.join(' | ')}`);
    }
  }
  const names = new Set(actual.map(([name]) => name));
  return [
    ...found,
    ...written.filter(([name]) => !names.has(name!)).map(([name]) => `${name}: there is none`),
  ];
}

const code = (text: string) => `\`${text}\``;

function reasonRows(): Row[] {
  return callReasons.map((reason) => {
    const { verdict, status, retriable, words } = reasons[reason];
    return [code(reason), verdict, String(status), retriable ? 'yes' : '', words];
  });
}

function redirectRows(): Row[] {
  return redirectReasons.map((reason) => [code(reason), reasons[reason].words]);
}

const records: Readonly<Record<string, string>> = {
  'event-record': 'the event stream',
  'core-data-update': 'the core-data stream',
};

function letterRows(): Row[] {
  return Object.entries(reasons)
    .filter(([, { at }]) => at in records)
    .map(([reason, { at, words }]) => [code(reason), records[at]!, words]);
}

/** The schema by which a service reads its environment. */
function schemaOf(read: (environment: Environment) => unknown): TObject {
  given.length = 0;
  read({
    AWS_REGION: 'eu-central-1',
    REDIS_URL: 'redis://127.0.0.1:6379',
    ...(read === readTrackerConfig && {
      TRACKLINE_EVENT_STREAM: 'trackline-events',
      TRACKLINE_SPOOL_DIR: tmpdir(),
    }),
  });
  return given[0]!;
}

/** Its variables and their defaults: `required` where one must be set, `none` where one may be absent. */
function variableRows(schema: TObject): Row[] {
  return Object.entries(schema.properties).map(([name, property]) => {
    const { default: usual } = property as { default?: unknown };
    if (usual === undefined) return [code(name), schema.required?.includes(name) ? 'required' : 'none'];
    return [code(name), usual === '' ? 'empty' : code(String(usual))];
  });
}

function metricRows(): Row[] {
  const { registry } = buildMetrics();
  observe(registry, {
    clock: systemClock,
    tally: new Tally(),
    spool: new MemorySpool({ writer: 'writer-1', clock: systemClock, bytesMax: 1, limits }),
    sender: { stats: () => ({ callsUnderWay: 0, heldBytes: 0, refused: false }) },
    overload: { by: () => false },
    programs: { coherent: true, stats: () => ({ entries: 0 }) },
  });
  observeLoop(registry);
  const names = [registry, buildPrimaryMetrics(() => 0).registry].flatMap((each) =>
    each.getMetricsAsArray().map(({ name }) => name),
  );
  return [...new Set(names)].map((name) => [code(name)]);
}

const readStack = (environment: Environment) => readStackConfig([], environment);
const variables = (read: (environment: Environment) => unknown) => () => variableRows(schemaOf(read));

describe.each([
  ['http.md', '### Reasons', reasonRows, 20],
  ['http.md', '## Where a click goes', redirectRows, 9],
  ['dead-letters.md', '# Dead letters', letterRows, 9],
  ['admin.md', '## GET /metrics', metricRows, 20],
  ['configuration.md', '## The tracker', variables(readTrackerConfig), 20],
  ['configuration.md', '## The event-consumer', variables(readConsumerConfig), 6],
  ['configuration.md', '## The core-data updater', variables(readUpdaterConfig), 6],
  ['configuration.md', '## The embedded stack', variables(readStack), 3],
] as const)('%s, %s', (name, heading, rows, atLeast) => {
  const text = guide(name);
  const actual = rows();
  const written = rowsBehind(heading, text);
  const wrong = (change: (line: string) => string | null) =>
    written.map(([first]) => {
      const changed = text.split('\n').flatMap((line) => {
        const isRow = line.startsWith(`| ${first} |`);
        return isRow ? (change(line) ?? []) : line;
      });
      return differences(rowsBehind(heading, changed.join('\n')), actual);
    });

  test('lists what the code has, and says of it what the code says', () => {
    expect(actual.length).toBeGreaterThanOrEqual(atLeast);
    expect(differences(written, actual)).toEqual([]);
  });

  test('each row that is left out is noticed', () => {
    expect(wrong(() => null)).toEqual(written.map(([first]) => [`${first}: has 0 rows`]));
  });

  test('each row that stands there twice, or under another name, is noticed', () => {
    expect(wrong((line) => `${line}\n${line}`)).toEqual(written.map(([first]) => [`${first}: has 2 rows`]));
    for (const found of wrong((line) => line.replace('`', '`x'))) expect(found).toHaveLength(2);
  });

  test('each row that says otherwise is noticed', () => {
    for (const index of actual[0]!.keys()) {
      if (index === 0) continue;
      const otherwise = wrong((line) => {
        const cells = line.split('|');
        cells[index + 1] = ' otherwise ';
        return cells.join('|');
      });
      for (const found of otherwise) expect(found).toHaveLength(1);
    }
  });
});

test('the example of all that a tracker needs is taken, and none of it can be left out but for the address', () => {
  const [, text] = /`tracker\.env`:\n\n```sh\n([^`]+)```/.exec(guide('configuration.md'))!;
  const example = Object.fromEntries(
    text!
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s)),
  );
  const environment: Environment = {
    ...example,
    TRACKLINE_SPOOL_DIR: example.TRACKLINE_SPOOL_DIR && tmpdir(),
  };
  expect(() => readTrackerConfig(environment)).not.toThrow();
  const needed = Object.keys(example).filter((name) => !/_(HOST|TRUST_PROXY)$/.test(name));
  for (const name of needed) expect(() => readTrackerConfig({ ...environment, [name]: '' })).toThrow(name);
});

describe('the bounds in configuration.md', () => {
  const numbers = Object.entries(schemaOf(readTrackerConfig).properties)
    .map(([name, property]) => [name, property as { minimum?: number; maximum?: number }] as const)
    .filter(([, { minimum }]) => minimum !== undefined);

  test.each(numbers)('%s: no more is promised than is taken', (name, { minimum, maximum }) => {
    const row = rowsBehind('## The tracker', guide('configuration.md')).find(
      ([first]) => first === code(name),
    );
    const [least, most] = row![2]!.split(' – ').map((text) => Number(text.replaceAll(',', '')));
    expect(least).toBeGreaterThanOrEqual(minimum!);
    expect(most).toBeLessThanOrEqual(maximum!);
    expect(least).toBeLessThan(most!);
  });
});

test.each(readdirSync(guides))('every relative link in docs/guides/%s leads somewhere', (name) => {
  const headings = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    );
  const links = [...guide(name).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
  const astray = links.filter(([, path, anchor]) => {
    const file = path === '' ? join(guides, name) : join(dirname(join(guides, name)), path!);
    if (!existsSync(file)) return true;
    return anchor !== undefined && !headings(readFileSync(file, 'utf8')).includes(anchor);
  });
  expect(astray.map(([link]) => link)).toEqual([]);
});
