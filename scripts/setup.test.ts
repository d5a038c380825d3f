import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** A tree of its own to set up, in which a stand-in for npm notes how it was called. */
function givenTree(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'trackline-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const note = join(root, 'npm-was-called');
  write('bin/npm', `#!/bin/sh\necho "$@" >> '${note}'\n`, 0o755);
  mkdirSync(join(root, 'scripts'));
  copyFileSync(join(import.meta.dirname, 'setup.mjs'), join(root, 'scripts', 'setup.mjs'));
  return (nodeVersion = process.versions.node) => {
    const asNode = `Object.defineProperty(process, 'versions', { value: { node: '${nodeVersion}' } })`;
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(asNode)}`, join(root, 'scripts', 'setup.mjs')],
      { encoding: 'utf8', env: { PATH: `${join(root, 'bin')}:${process.env.PATH}` } },
    );
    return { status, stderr, npm: existsSync(note) ? readFileSync(note, 'utf8').trim() : null };
  };
}

type Locked = Readonly<Record<string, object>>;

const here = { optional: true, os: [process.platform], cpu: [process.arch] };
const elsewhere = { optional: true, os: ['plan9'], cpu: [process.arch] };
const locked: Locked = {
  '': { name: 'trackline' },
  'node_modules/tsx': { version: '4.0.0', integrity: 'sha512-tsx' },
  'node_modules/vitest': { version: '4.1.0', integrity: 'sha512-vitest', dev: true },
  'node_modules/native-here': { version: '1.0.0', ...here },
  'node_modules/native-elsewhere': { version: '1.0.0', ...elsewhere },
  'node_modules/could-not-be-built': { version: '1.0.0', optional: true },
};
const {
  '': _,
  'node_modules/native-elsewhere': _2,
  'node_modules/could-not-be-built': _3,
  ...whole
} = locked;

function treeWith(installed: Locked, names = ['tsx', 'vitest', '@trackline/domain']) {
  return givenTree({
    'package-lock.json': JSON.stringify({ packages: locked }),
    'node_modules/.package-lock.json': JSON.stringify({ packages: installed }),
    ...Object.fromEntries(names.map((name) => [`node_modules/${name}/package.json`, '{}'])),
  });
}

function without(packages: Locked, ...paths: readonly string[]): Locked {
  return Object.fromEntries(Object.entries(packages).filter(([path]) => !paths.includes(path)));
}

test('a tree that a person installed is left as it is', () => {
  expect(treeWith(whole)()).toEqual({ status: 0, stderr: '', npm: null });
});

test.each([
  [
    'has no packages for development',
    () => treeWith(without(whole, 'node_modules/vitest'), ['tsx', '@trackline/domain']),
  ],
  ['lacks one, all the same', () => treeWith(without(whole, 'node_modules/vitest'))],
  ['lost a folder', () => treeWith(whole, ['tsx', '@trackline/domain'])],
  ['is of an older lockfile', () => treeWith({ ...whole, 'node_modules/tsx': { version: '3.9.0' } })],
  ['came from another system', () => treeWith(without(whole, 'node_modules/native-here'))],
  ['was never installed', () => givenTree({ 'package-lock.json': JSON.stringify({ packages: locked }) })],
])('a tree that %s is installed, whatever the settings of npm are', (_, tree) => {
  expect(tree()().npm).toMatch(/^ci --include=dev --include=optional --engine-strict=false /);
});

test.each(['18.20.8', '20.18.3', '21.7.3', '22.11.0'])(
  'Node %s is refused, and it is said why',
  (version) => {
    const { status, stderr, npm } = treeWith({})(version);
    expect({ status, npm }).toEqual({ status: 1, npm: null });
    expect(stderr).toMatch(`this is ${version}. See https://nodejs.org`);
  },
);

test.each(['20.19.0', '22.12.0', '23.0.0', '24.1.0'])('Node %s will do', (version) => {
  expect(treeWith(whole)(version)).toMatchObject({ status: 0, npm: null });
});
