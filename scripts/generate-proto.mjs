// Generates what is derived from the schemas, into proto/: static code for the .proto, and the published JSON Schema of the
// core-data update. `--check` changes nothing, and fails where the committed files have drifted from their sources.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pbjs from 'protobufjs-cli/pbjs.js';
import { tsImport } from 'tsx/esm/api';

const proto = fileURLToPath(new URL('../proto/', import.meta.url));
const check = process.argv.includes('--check');
const scratch = mkdtempSync(join(tmpdir(), 'trackline-proto-'));

try {
  const generated = { ...(await staticCode()), ...(await jsonSchema()) };
  const drifted = Object.entries(generated).filter(([name, text]) => read(join(proto, name)) !== text);
  if (check && drifted.length > 0) {
    console.error(`Drifted from their sources: ${drifted.map(([name]) => `proto/${name}`).join(', ')}.`);
    console.error('Run "npm run proto:generate", look at the difference, and commit it.');
    process.exitCode = 1;
  } else if (check) {
    console.log(`${Object.keys(generated).length} generated files are as their sources say.`);
  } else {
    mkdirSync(join(proto, 'gen'), { recursive: true });
    for (const [name, text] of drifted) writeFileSync(join(proto, name), text);
    console.log(
      drifted.length === 0 ? 'Nothing changed.' : `Wrote ${drifted.map(([name]) => name).join(', ')}.`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

/** The codec's code with its types: encode and decode alone. */
async function staticCode() {
  const out = join(scratch, 'tracking-event.js');
  const options = [
    '--target',
    'static-module',
    '--wrap',
    'esm',
    '--dts',
    '--force-number',
    '--root',
    'trackline',
  ];
  const without = ['verify', 'convert', 'delimited', 'typeurl', 'service'].map((part) => `--no-${part}`);
  await new Promise((resolve, reject) => {
    pbjs.main([...options, ...without, '--out', out, join(proto, 'tracking-event.proto')], (error) =>
      error ? reject(error) : resolve(undefined),
    );
  });
  return {
    'gen/tracking-event.js': readFileSync(out, 'utf8'),
    'gen/tracking-event.d.ts': readFileSync(out.replace(/\.js$/, '.d.ts'), 'utf8'),
  };
}

async function jsonSchema() {
  const { coreDataUpdateSchema } = await tsImport('../proto/core-data-update.ts', import.meta.url);
  return { 'core-data-update.schema.json': `${JSON.stringify(coreDataUpdateSchema, null, 2)}\n` };
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
