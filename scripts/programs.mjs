// The programs that the tests use besides Node's packages, and how each is installed where that may be done without
// asking. Node's built-ins only, as all of the set-up.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** `commands`: any of them on the PATH will do, or one of the `apps` in its place. The rest: names of packages. */
const wanted = [
  { what: 'redis-server', commands: ['redis-server', 'valkey-server'], apt: 'redis-server', brew: 'redis' },
  {
    what: 'chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    apps: ['/Applications/Google Chrome.app', '/Applications/Chromium.app'],
    apt: 'chromium',
    // Homebrew no longer has a Chromium that macOS lets start.
    brew: 'google-chrome',
  },
];

/**
 * The tests prove what they prove on a real Redis and in a real browser, so these are installed, or it is said how.
 * Lists are fetched once; each program is installed by itself, for where one can't be had the other may.
 */
export async function installPrograms(say) {
  const missing = wanted.filter((program) => !isThere(program));
  if (missing.length === 0) return;
  const names = missing.map(({ what }) => what).join(' and ');
  const installer = installers.find(({ isAvailable }) => isAvailable());
  if (!installer) {
    const by = (how, manager) => `${how} install ${missing.map((program) => program[manager]).join(' ')}`;
    say(
      `The tests want ${names}: install by hand (Debian: ${by('apt-get', 'apt')}; macOS: ${by('brew', 'brew')}).`,
    );
    return;
  }
  say(`Installing ${names} (${installer.name}) …`);
  if (installer.update) await succeeds(installer.update, say);
  for (const program of missing) {
    if (!(await succeeds(installer.install(program), say))) say(`Install ${program.what} by hand.`);
  }
}

/** Whether a program runs at all: the way to ask for its PATH that is the same everywhere. */
export function runs(program, ...args) {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0;
}

function isThere({ commands, apps = [] }) {
  const isMac = process.platform === 'darwin';
  return (
    commands.some((command) => runs(command, '--version')) || (isMac && apps.some((app) => existsSync(app)))
  );
}

// A daemon started by the package would be of no use, and in the way. Said by `env`, as sudo passes nothing on.
const quietly = ['env', 'DEBIAN_FRONTEND=noninteractive', 'RUNLEVEL=1', 'apt-get', '-qq'];

const apt = (name, prefix, isAllowed) => ({
  name,
  isAvailable: () => process.platform === 'linux' && runs('apt-get', '--version') && isAllowed(),
  update: [...prefix, ...quietly, 'update'],
  install: (program) => [
    ...[...prefix, ...quietly, 'install', '-y', '--no-install-recommends'],
    // Somebody else's apt may be at it.
    ...['-o', 'DPkg::Lock::Timeout=120', program.apt],
  ],
});

const installers = [
  apt('apt-get', [], () => process.getuid() === 0),
  apt('sudo apt-get', ['sudo', '-n'], () => runs('sudo', '-n', 'true')),
  {
    name: 'brew',
    isAvailable: () => process.platform === 'darwin' && runs('brew', '--version'),
    install: (program) => ['brew', 'install', '--quiet', program.brew],
  },
];

/** Runs it without a word; of one that fails its last words are shown. */
function succeeds([program, ...args], say) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      words = (words + text).slice(-2000);
    });
    child.on('error', ({ message }) => {
      words += message;
    });
    child.on('close', (code) => {
      if (code !== 0) say(`"${[program, ...args].join(' ')}" failed: ${words.trim()}`);
      resolve(code === 0);
    });
  });
}
