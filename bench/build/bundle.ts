import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** esbuild makes modules; some packages still ask for what CommonJS had. */
const banner = `import { createRequire as requireOfBundle } from 'node:module';
const require = requireOfBundle(import.meta.url);
const __dirname = import.meta.dirname;
`;

/**
 * One file of an entry point and all that it imports, as it would be deployed. It is measured in this form
 * since `tsx` keeps functions' names by a call per closure, which the hot path would pay for.
 *
 * @param tree root of the working tree whose source it is, and whose packages
 * @param entry the entry point, from `tree`
 * @param outfile where it is written; native add-ons are looked up from there
 * @returns `outfile`
 */
export async function bundle(tree: string, entry: string, outfile: string): Promise<string> {
  await mkdir(join(outfile, '..'), { recursive: true });
  // Another run may be reading it.
  const unfinished = `${outfile}.${process.pid}`;
  await build({
    absWorkingDir: tree,
    entryPoints: [join(tree, entry)],
    outfile: unfinished,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: ['fs-native-extensions'],
    banner: { js: banner },
    logLevel: 'error',
  });
  await rename(unfinished, outfile);
  return outfile;
}
