// What has to be there before anything of ours can run: Node's version, the packages of the lockfile, and Redis for the tests. Uses Node's built-ins only, and
// says nothing where there is nothing to do.
//
//   node scripts/setup.mjs           before `npm start`
//   node scripts/setup.mjs --tests   before `npm test`: also installs redis-server, where that can be done without asking
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const forTests = process.argv.includes('--tests');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Trackline needs Node.js 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org`);
}
installPackages();
if (!hasRedis())
  forTests ? installRedis() : say('No redis-server or valkey-server on the PATH: the npm-only Redis serves.');
if (!hasJava()) say('No Java 17 or newer on the PATH: dynalite serves in place of DynamoDB Local.');

/** Runs `npm ci` unless the tree is what this lockfile, on this Node, makes. */
function installPackages() {
  const stampFile = join(root, 'node_modules', '.trackline-setup');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = `${lock} ${process.platform} ${process.arch} ${process.versions.modules}`;
  const isWhole = existsSync(join(root, 'node_modules', '@trackline', 'domain', 'package.json'));
  if (isWhole && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say('Installing the packages of package-lock.json (npm ci) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) fail('npm ci failed. Its message stands above; is the registry reachable?');
  writeFileSync(stampFile, stamp);
}

function hasRedis() {
  return (
    (!forTests && Boolean(process.env.REDIS_URL)) ||
    runs('redis-server', '--version') ||
    runs('valkey-server', '--version')
  );
}

function hasJava() {
  const { status, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return status === 0 && Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) >= 17;
}

/** The tests prove what they prove on a real Redis, so here it is installed, or it is said how. */
function installRedis() {
  const how = installers().find(({ available }) => available());
  if (!how)
    return say(
      'The tests want a real Redis: install redis-server (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis).',
    );
  say(`Installing redis-server (${how.name}) …`);
  for (const [program, ...args] of how.commands) {
    // A daemon started by the package would be of no use, and in the way.
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
    const { status } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'], env: environment });
    if (status !== 0) return say(`"${[program, ...args].join(' ')}" failed: install redis-server by hand.`);
  }
}

function installers() {
  const apt = (...prefix) => [
    [...prefix, 'apt-get', 'update', '-qq'],
    [...prefix, 'apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ];
  const isLinux = process.platform === 'linux';
  return [
    {
      name: 'apt-get',
      available: () => isLinux && process.getuid?.() === 0 && runs('apt-get', '--version'),
      commands: apt(),
    },
    {
      name: 'sudo apt-get',
      available: () => isLinux && runs('apt-get', '--version') && runs('sudo', '-n', 'true'),
      commands: apt('sudo', '-n'),
    },
    {
      name: 'brew',
      available: () => process.platform === 'darwin' && runs('brew', '--version'),
      commands: [['brew', 'install', '--quiet', 'redis']],
    },
  ];
}

function runs(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function say(line) {
  console.log(line);
}

function fail(line) {
  console.error(line);
  process.exit(1);
}
