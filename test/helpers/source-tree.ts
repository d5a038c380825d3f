import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/**
 * The sources of a tree: path from its root → text. A map, so that a test can plant a fault without touching
 * the disk.
 */
export type SourceTree = ReadonlyMap<string, string>;

/** What is not written by hand: packages, state, generated code, reports, and folders of tools. */
const leftOut = /^(node_modules|gen|coverage|\..+)$/;

/**
 * Every file of a tree whose name fits. Asks no git, so that a tree without one, or of another owner, will
 * do.
 */
export function readTree(root: string, name: RegExp): SourceTree {
  const pathsIn = (folder: string): string[] =>
    readdirSync(posix.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      if (entry.isDirectory()) return leftOut.test(entry.name) ? [] : pathsIn(path);
      return entry.isFile() && name.test(entry.name) ? [path] : [];
    });
  const paths = pathsIn('').sort();
  return new Map(paths.map((path) => [path, readFileSync(posix.join(root, path), 'utf8')]));
}

/** Every TypeScript and JavaScript source, but for generated code. */
export function readSourceTree(root: string): SourceTree {
  return readTree(root, /\.(ts|tsx|mts|mjs|js)$/);
}

/**
 * A comment, a text, a template (one that holds another counts as several), or a pattern: what is not plain
 * code.
 */
const token = new RegExp(
  [
    /\/\/.*|\/\*[\s\S]*?\*\//,
    /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/,
    // A slash that begins a pattern stands where a value may begin, and not behind one.
    /(?<=(?:^|[(,=:[!&|?{};]|=>|\breturn)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\//,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/** A source without its comments. */
export function withoutComments(text: string): string {
  return text.replace(token, (found) => (/^\/[/*]/.test(found) ? ' ' : found));
}

/** A source without comments, texts and patterns; of a template only what is computed stays. */
export function bareCode(text: string): string {
  return text.replace(token, (found) => {
    if (!found.startsWith('`')) return /^\/[/*]/.test(found) ? ' ' : `''`;
    return [...found.matchAll(/\$\{([^}]*)/g)].map(([, code]) => `(${bareCode(code!)})`).join('') || `''`;
  });
}

/** The texts of a source, as written between their quotes. */
export function textsOf(text: string): string[] {
  return [...text.matchAll(token)]
    .map(([found]) => found)
    .flatMap((found) => (/^['"`]/.test(found) ? [found.slice(1, -1)] : []));
}

export interface Import {
  readonly from: string;
  /** A path of the tree for what is ours, else the package's specifier as written. */
  readonly to: string;
}

const importing = [
  // import … from 'x', export … from 'x', import 'x'
  /(?<![\w$.])(?:import|export)\b(?:[\w*${},\s]*?\bfrom)?/,
  // import('x'), require('x'), require.resolve('x'), createRequire(…)('x')
  /(?<![\w$.])(?:import|require(?:\.resolve)?|createRequire\([^)]*\)(?:\.resolve)?)\s*\(/,
];
const importStatement = new RegExp(
  `(?:${importing.map(({ source }) => source).join('|')})\\s*(['"\`])([^'"\`\\s,]+)\\1`,
  'g',
);

/** The imports of one source, each once, our own ones resolved to paths of the tree. */
export function importsOf(path: string, text: string): Import[] {
  const specifiers = [...withoutComments(text).matchAll(importStatement)].map((match) => match[2]!);
  return [...new Set(specifiers)].map((specifier) => ({ from: path, to: resolve(path, specifier) }));
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
