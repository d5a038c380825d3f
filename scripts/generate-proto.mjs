// Generates what is derived from the schemas, into proto/: static code for the .proto, and the published JSON
// Schema of the core-data update.
//   --check     changes nothing, and fails where the committed files have drifted from their sources
//   --release   also notes the .proto as released: from then on a test holds every change of it against that
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pbjs from 'protobufjs-cli/pbjs.js';
import { tsImport } from 'tsx/esm/api';

const { values: options } = parseArgs({
  options: { check: { type: 'boolean' }, release: { type: 'boolean' } },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const proto = join(root, 'proto');
const schema = join(proto, 'tracking-event.proto');

const generated = {
  ...(await staticCode()),
  'core-data-update.schema.json': await jsonSchema(),
  ...(options.release && { 'released/tracking-event.json': await releasedSchema() }),
};
const drifted = Object.keys(generated).filter((name) => read(join(proto, name)) !== generated[name]);

if (!options.check) {
  for (const name of drifted) {
    mkdirSync(dirname(join(proto, name)), { recursive: true });
    writeFileSync(join(proto, name), generated[name]);
  }
  console.log(drifted.length === 0 ? 'Nothing changed.' : `Wrote ${named(drifted)}.`);
} else if (drifted.length === 0) {
  console.log(`As their sources say: ${named(Object.keys(generated))}.`);
} else {
  console.error(
    `Drifted from their sources: ${named(drifted)}. Run "npm run proto:generate", look at what changes, and commit it.`,
  );
  process.exitCode = 1;
}

/**
 * The codec's code: encode and decode alone, without comments. Its types are made from the comments, and so
 * in a run of their own.
 */
async function staticCode() {
  const scratch = mkdtempSync(join(tmpdir(), 'trackline-proto-'));
  try {
    const out = join(scratch, 'tracking-event.js');
    const code = ['--target', 'static-module', '--wrap', 'esm', '--root', 'trackline', '--out', out];
    const without = ['create', 'verify', 'convert', 'delimited', 'typeurl', 'service'];
    const leaner = without.map((part) => `--no-${part}`);
    await run([...code, ...leaner, '--dts', schema]);
    await run([...code, ...leaner, '--no-comments', schema]);
    return {
      'gen/tracking-event.js': readFileSync(out, 'utf8'),
      'gen/tracking-event.d.ts': readFileSync(out.replace(/\.js$/, '.d.ts'), 'utf8'),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function run(args) {
  return new Promise((resolve, reject) => {
    pbjs.main(args, (error) => (error ? reject(error) : resolve()));
  });
}

async function jsonSchema() {
  const { coreDataUpdateSchema } = await tsImport('../proto/core-data-update.ts', import.meta.url);
  return formatted(coreDataUpdateSchema);
}

async function releasedSchema() {
  const { readSchema } = await tsImport('../proto/schema-compatibility.ts', import.meta.url);
  return formatted(readSchema(readFileSync(schema, 'utf8')).toJSON());
}

/** JSON as the repository's formatter wants it, so that formatting is no drift. */
function formatted(value) {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome');
  return execFileSync(process.execPath, [biome, 'format', '--stdin-file-path=proto/generated.json'], {
    cwd: root,
    input: JSON.stringify(value, null, 2),
    encoding: 'utf8',
  });
}

function named(names) {
  return names.map((name) => `proto/${name}`).join(', ');
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
