// What has to be there before anything of ours can run: Node's version, the packages of the lockfile, and for the tests
// a Redis and a browser. Uses Node's built-ins only, in words that an older Node can read too, and says nothing where
// there is nothing to do.
//
//   node scripts/setup.mjs           before `npm start`
//   node scripts/setup.mjs --tests   before `npm test`: also installs redis-server and chromium, where it may
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPrograms, runs } from './programs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const forTests = process.argv.includes('--tests');

const [major, minor] = process.versions.node.split('.').map(Number);
// As package.json has it in `engines`: what Vite, and so vitest, runs on.
const isNodeRight = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
if (!isNodeRight) {
  const right = '20.19 (or newer within 20), or 22.12 and above';
  fail(`Trackline needs Node.js ${right}; this is ${process.versions.node}. See https://nodejs.org`);
}
// At the same time: packages are unpacked on one core, programs on another.
const [areInstalled] = await Promise.all([
  isInstalled() || installPackages(),
  forTests && installPrograms(say),
]);
if (!areInstalled) fail('npm ci failed. Its message stands above; is the registry reachable?');
if (!forTests && !hasRedis()) say('No redis-server or valkey-server on the PATH: the npm-only Redis serves.');
if (!hasJava()) say('No Java 17 or newer on the PATH: dynalite serves in place of DynamoDB Local.');

/**
 * Whether the tree is what the lockfile makes, whoever installed it. npm notes in
 * node_modules/.package-lock.json what it put there, once all of it is there.
 */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const installed = packagesOf('node_modules/.package-lock.json');
  // The note outlives what somebody deletes by hand: the likeliest are looked for.
  const isThere = (name) => existsSync(join(root, 'node_modules', name, 'package.json'));
  if (!installed || !['vitest', 'tsx', '@trackline/domain'].every(isThere)) return false;
  return Object.entries(wanted ?? {}).every(([path, want]) => {
    const have = installed[path];
    if (have) return have.version === want.version && have.integrity === want.integrity;
    return path === '' || (want.optional === true && !isForHere(want));
  });
}

/**
 * Whether an optional package belongs on this machine. One that names no system may have failed to build,
 * which npm forgives; one that names a libc has a twin, of which either is here. The others tell a tree that
 * was moved.
 */
function isForHere({ os = [], cpu = [], libc }) {
  return !libc && os.includes(process.platform) && cpu.includes(process.arch);
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(join(root, lockfile), 'utf8')).packages;
  } catch {
    return null;
  }
}

/**
 * Whatever a person's settings say of them, the packages for development are what this runs with. Resolves to whether
 * npm did it.
 */
function installPackages() {
  say('Installing the packages of package-lock.json (npm ci) …');
  const settled = ['--include=dev', '--include=optional', '--engine-strict=false'];
  const npm = spawn('npm', ['ci', ...settled, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  return new Promise((resolve) => {
    npm.on('error', () => resolve(false));
    npm.on('close', (status) => resolve(status === 0));
  });
}

function hasRedis() {
  return (
    Boolean(process.env.REDIS_URL) || runs('redis-server', '--version') || runs('valkey-server', '--version')
  );
}

function hasJava() {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return status === 0 && Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) >= 17;
}

function say(line) {
  console.log(line);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
