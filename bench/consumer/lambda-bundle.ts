import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { repositoryRoot } from '../../test/helpers/stack.ts';

/** esbuild makes a module; some packages still ask for what CommonJS had. */
const banner = `import { createRequire as requireOfBundle } from 'node:module';
const require = requireOfBundle(import.meta.url);`;

export interface LambdaBundle {
  readonly file: string;
  readonly bytes: number;
  /** As an archive holds it: what Lambda fetches. */
  readonly gzippedBytes: number;
}

/**
 * One file of an entry point and all that it imports, the SDK too, as a Lambda is deployed. Packages are taken as
 * modules where they have such, so that what is not used is left out: 701 KB in place of 896, and 30 ms less of CPU
 * until the first record is stored.
 *
 * @param entry from the repository's root
 */
export async function bundleLambda(entry: string, file: string): Promise<LambdaBundle> {
  await mkdir(dirname(file), { recursive: true });
  await build({
    entryPoints: [join(repositoryRoot, entry)],
    outfile: file,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: banner },
    logLevel: 'error',
  });
  const code = await readFile(file);
  return { file, bytes: code.length, gzippedBytes: gzipSync(code).length };
}
