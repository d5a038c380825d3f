import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** The sources of a tree: path from its root → text. A map, so that a test can plant a fault without touching the disk. */
export type SourceTree = ReadonlyMap<string, string>;

/** Every TypeScript and JavaScript source that git tracks or would track, but for generated code. */
export function readSourceTree(root: string): SourceTree {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const paths = listed
    .split('\n')
    .filter((path) => /\.(ts|tsx|mts|mjs|js)$/.test(path) && !path.includes('/gen/'))
    .filter((path) => existsSync(posix.join(root, path)));
  return new Map(paths.map((path) => [path, readFileSync(posix.join(root, path), 'utf8')]));
}

export interface Import {
  readonly from: string;
  /** A path of the tree for what is ours, else the package's specifier as written. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const importStatement =
  /(?:^|\n)\s*(import|export)(\s+type)?\s+(?:[\w*${},\s]+?\sfrom\s+)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** The imports of one source, our own ones resolved to paths of the tree. */
export function importsOf(path: string, text: string): Import[] {
  return [...text.matchAll(importStatement)].map((match) => ({
    from: path,
    to: resolve(path, (match[3] ?? match[4])!),
    typeOnly: match[2] !== undefined,
  }));
}

const workspaces: Readonly<Record<string, string>> = {
  domain: 'domain',
  proto: 'proto',
  adapters: 'adapters',
  tracker: 'services/tracker',
  'event-consumer': 'services/event-consumer',
  'core-data-updater': 'services/core-data-updater',
  console: 'services/console',
  cli: 'services/cli',
  local: 'services/local',
};

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const own = /^@trackline\/([^/]+)\/(.+)$/.exec(specifier);
  return own ? `${workspaces[own[1]!] ?? own[1]}/${own[2]!.replace(/\.ts$/, '')}.ts` : specifier;
}
