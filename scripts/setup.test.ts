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
import { describe, expect, onTestFinished, test } from 'vitest';
import { browserCommands } from '../test/helpers/browser.ts';

/** Where and as whom the set-up takes itself to run. */
interface Circumstances {
  readonly node?: string;
  readonly platform?: NodeJS.Platform;
  readonly user?: number;
  readonly args?: readonly string[];
}

/** A tree of its own to set up, in which a stand-in for npm notes how it was called. */
function givenTree(files: Readonly<Record<string, string>>, programs: Readonly<Record<string, string>> = {}) {
  const root = mkdtempSync(join(tmpdir(), 'trackline-setup-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text, { mode });
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  const note = join(root, 'npm-was-called');
  write('bin/npm', `#!/bin/sh\necho "$@" >> '${note}'\n`, 0o755);
  for (const [name, script] of Object.entries(programs))
    write(`bin/${name}`, `#!/bin/sh\n${script}\n`, 0o755);
  mkdirSync(join(root, 'scripts'));
  for (const name of ['setup.mjs', 'programs.mjs'])
    copyFileSync(join(import.meta.dirname, name), join(root, 'scripts', name));
  return ({
    node = process.versions.node,
    platform = process.platform,
    user = 1000,
    args = [],
  }: Circumstances = {}) => {
    const pretended = `Object.defineProperty(process, 'versions', { value: { node: '${node}' } });
      Object.defineProperty(process, 'platform', { value: '${platform}' });
      process.getuid = () => ${user};`;
    const preload = `data:text/javascript,${encodeURIComponent(pretended)}`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', preload, join(root, 'scripts', 'setup.mjs'), ...args],
      // Nothing else is on the PATH: what this machine has is no part of a test.
      { encoding: 'utf8', env: { PATH: join(root, 'bin'), NOTES: join(root, 'notes') } },
    );
    const linesOf = (path: string) =>
      existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
    return { status, stdout, stderr, npm: linesOf(note)[0] ?? null, notes: linesOf(join(root, 'notes')) };
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

function treeWith(
  installed: Locked,
  names = ['tsx', 'vitest', '@trackline/domain'],
  programs: Readonly<Record<string, string>> = {},
) {
  const files = {
    'package-lock.json': JSON.stringify({ packages: locked }),
    'node_modules/.package-lock.json': JSON.stringify({ packages: installed }),
    ...Object.fromEntries(names.map((name) => [`node_modules/${name}/package.json`, '{}'])),
  };
  return givenTree(files, programs);
}

function without(packages: Locked, ...paths: readonly string[]): Locked {
  return Object.fromEntries(Object.entries(packages).filter(([path]) => !paths.includes(path)));
}

test('a tree that a person installed is left as it is', () => {
  expect(treeWith(whole)()).toMatchObject({ status: 0, stderr: '', npm: null });
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
    const { status, stderr, npm } = treeWith({})({ node: version });
    expect({ status, npm }).toEqual({ status: 1, npm: null });
    expect(stderr).toMatch(`this is ${version}. See https://nodejs.org`);
  },
);

test.each(['20.19.0', '22.12.0', '23.0.0', '24.1.0'])('Node %s will do', (version) => {
  expect(treeWith(whole)({ node: version })).toMatchObject({ status: 0, npm: null });
});

const packageManagers = {
  env: 'exec /usr/bin/env "$@"',
  'apt-get': 'test "$1" = --version || echo "apt-get $@" >> "$NOTES"',
};
const brew = { brew: 'test "$1" = --version || echo "brew $@" >> "$NOTES"' };
const sudo = { sudo: 'echo "sudo $1" >> "$NOTES"; shift; case $1 in true) ;; *) exec "$@" ;; esac' };
const there = { 'redis-server': '', chromium: '' };
const asRoot: Circumstances = { platform: 'linux', user: 0, args: ['--tests'] };
const update = 'apt-get -qq update';
const install = 'apt-get -qq install -y --no-install-recommends -o DPkg::Lock::Timeout=120';

/** A tree whose packages are installed, on a machine that has these programs and no other. */
const machineWith = (programs: Readonly<Record<string, string>>) => treeWith(whole, undefined, programs);

describe('for the tests', () => {
  test('root is given Redis and a browser, after one look at the lists', () => {
    const { status, stdout, stderr, notes } = machineWith(packageManagers)(asRoot);
    expect({ status, stderr, notes }).toEqual({
      status: 0,
      stderr: '',
      notes: [update, `${install} redis-server`, `${install} chromium`],
    });
    expect(stdout).toMatch(/^Installing redis-server and chromium \(apt-get\) …\n/);
  });

  test('who may use sudo without being asked is given them too', () => {
    const { notes } = machineWith({ ...packageManagers, ...sudo })({ ...asRoot, user: 1000 });
    expect(notes).toContain(`${install} chromium`);
    expect(notes.filter((line) => line.startsWith('sudo'))).toEqual(Array(4).fill('sudo -n'));
  });

  // A Mac may have a Chrome of its own, which is no program on the PATH.
  test.skipIf(process.platform === 'darwin')('macOS is given them by Homebrew', () => {
    const { notes } = machineWith(brew)({ platform: 'darwin', args: ['--tests'] });
    expect(notes).toEqual(['brew install --quiet redis', 'brew install --quiet google-chrome']);
  });

  test.each([
    ...['redis-server', 'valkey-server'].map((redis) => [redis, 'chromium'] as const),
    ...browserCommands.map((browser) => ['redis-server', browser] as const),
  ])('where %s and %s are, nothing is installed', (redis, browser) => {
    const { notes } = machineWith({ ...packageManagers, [redis]: '', [browser]: '' })(asRoot);
    expect(notes).toEqual([]);
  });

  test('only what is missing is installed', () => {
    const { notes } = machineWith({ ...packageManagers, 'redis-server': '' })(asRoot);
    expect(notes).toEqual([update, `${install} chromium`]);
  });

  test('what can’t be had is said with the reason, and keeps nothing else away', () => {
    const { status, stdout, notes } = machineWith({
      ...packageManagers,
      'apt-get': `case "$*" in *redis-server) echo no such thing >&2; exit 100;; esac; ${packageManagers['apt-get']}`,
    })(asRoot);
    expect({ status, notes }).toEqual({ status: 0, notes: [update, `${install} chromium`] });
    expect(stdout).toMatch(/ redis-server" failed: no such thing\nInstall redis-server by hand\.\n/);
    expect(stdout).not.toContain('Install chromium');
  });

  test('who may install nothing is told what to install', () => {
    const { status, stdout, notes } = machineWith(packageManagers)({ ...asRoot, user: 1000 });
    expect({ status, notes }).toEqual({ status: 0, notes: [] });
    expect(stdout).toMatch(
      '(Debian: apt-get install redis-server chromium; macOS: brew install redis google-chrome)',
    );
  });
});

test('to start, nothing but packages is installed', () => {
  const { notes, stdout } = machineWith(packageManagers)({ ...asRoot, args: [] });
  expect(notes).toEqual([]);
  expect(stdout).toContain('the npm-only Redis serves');
  expect(machineWith({ ...packageManagers, ...there })({ ...asRoot, args: [] }).stdout).not.toContain(
    'Redis',
  );
});
