import { sources } from './house-rules.ts';
import { bareCode, importsOf, type SourceTree } from './source-tree.ts';

/**
 * The rules of the house on what every file could reach without an import: the environment, time and chance.
 * Each is a function as those of house-rules.ts.
 */

const configs = /^services\/[^/]+\/config\.ts$/;

/** The set-up runs before there is any config.ts, on Node's built-ins alone. */
const readsEnvironment = ['scripts/setup.mjs'];

/**
 * `process` other than for one of its members by name, and that not `env`; whoever holds it whole can read it
 * too.
 */
const wholeProcess =
  /(?<![\w$.#])process\b(?!\s*\(|\s*\.\s*(?!env\b)[\w$])|\b(globalThis|global|import\.meta\.env)\b/;

/** Reads of the environment outside a config.ts. */
export function strayEnvironment(tree: SourceTree): string[] {
  return sources(tree)
    .filter(([path]) => !configs.test(path) && !readsEnvironment.includes(path))
    .filter(
      ([path, text]) =>
        wholeProcess.test(bareCode(text)) ||
        importsOf(path, text).some(({ to }) => /^(node:)?process$/.test(to)),
    )
    .map(([path]) => `${path} reads the environment outside config.ts`);
}

/** The clock itself, and the composition roots, which hand out Math.random. */
const timeRoots = /^domain\/clock\.ts$|^services\/[^/]+\/(main|handler)\.ts$/;

const takesTime: Readonly<Record<string, string>> = {
  'adapters/event-store/dead-letters.dynamodb.ts': 'may be given another Random, and has this one by default',
  'adapters/event-store/ledger.dynamodb.ts': 'may be given another Random, and has this one by default',
  'adapters/program-store/redis-client.redis.ts': 'spreads the reconnecting, which ioredis itself times',
  'services/local/parts/wait-for.ts': 'waits for real programs to start',
};

const timeOrChance =
  /\b(Date\.now|performance\.now|process\.hrtime|Math\.random)\b|\bnew Date(?!\s*\(\s*[^\s)])|=\s*(Date|Math|performance)\b(?!\s*[.(])/;

/** Time and chance that were not passed in. */
export function strayTime(tree: SourceTree): string[] {
  return sources(tree)
    .filter(([path]) => !timeRoots.test(path) && !(path in takesTime))
    .flatMap(([path, text]) => {
      const found = timeOrChance.exec(bareCode(text));
      return found ? [`${path}: ${found[0]} and no Clock or Random that was passed in`] : [];
    });
}
