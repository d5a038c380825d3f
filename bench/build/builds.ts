import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { revisionOf } from '../machine/machine.ts';
import { bundle } from './bundle.ts';

/** A tracker as it would be deployed, in one file. */
export interface Build {
  /** The commit, and whether more was changed since. */
  readonly revision: string;
  readonly bundleFile: string;
}

/** What was asked for can't be built, for a reason that a person can mend. */
export class NoBuild extends Error {}

/** The tracker of a working tree, as it stands there. */
export async function buildTree(tree: string, folder: string): Promise<Build> {
  const revision = revisionOf(tree);
  const outfile = join(folder, 'build', revision, 'tracker.mjs');
  return { revision, bundleFile: await bundle(tree, 'services/tracker/main.ts', outfile) };
}

/**
 * The tracker of a revision, or of another working tree where the name is that of a folder.
 *
 * A revision is checked out beside this tree, without touching it. Its packages are this tree's where both lock the
 * same ones, else they are installed.
 *
 * @throws NoBuild where there is no such revision
 */
export async function buildRevision(
  name: string,
  { root, folder, say }: { root: string; folder: string; say: (line: string) => void },
): Promise<Build> {
  if (existsSync(join(name, 'package.json'))) return buildTree(resolve(name), folder);
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const commit = commitOf(name, git);
  const tree = join(folder, 'trees', commit.slice(0, 10));
  if (!existsSync(join(tree, 'package.json'))) {
    say(`checking out ${name}`);
    // What was left by a run that was ended amid this.
    rmSync(tree, { recursive: true, force: true });
    git('worktree', 'prune');
    git('worktree', 'add', '--detach', tree, commit);
  }
  bringPackages(root, tree, say);
  const outfile = join(tree, '.local', 'tracker.mjs');
  return {
    revision: commit.slice(0, 10),
    bundleFile: await bundle(tree, 'services/tracker/main.ts', outfile),
  };
}

function commitOf(name: string, git: (...args: string[]) => string): string {
  try {
    return git('rev-parse', '--verify', '--end-of-options', `${name}^{commit}`);
  } catch {
    throw new NoBuild(`There is no revision ${name}, and no working tree in a folder of that name.`);
  }
}

function bringPackages(root: string, tree: string, say: (line: string) => void): void {
  const packages = join(tree, 'node_modules');
  if (existsSync(packages)) return;
  const lock = (at: string) => readFileSync(join(at, 'package-lock.json'), 'utf8');
  if (lock(root) === lock(tree)) {
    linkPackages(join(root, 'node_modules'), packages);
    return;
  }
  say('installing its packages, since its lock file is another');
  try {
    execFileSync('npm', ['ci', '--prefer-offline'], { cwd: tree, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    // The next run would take them for whole.
    rmSync(packages, { recursive: true, force: true });
    throw error;
  }
}

/** The workspaces' own links are relative, and are to lead into the other tree. */
const workspaces = '@trackline';

function linkPackages(from: string, to: string): void {
  mkdirSync(join(to, workspaces), { recursive: true });
  for (const name of readdirSync(from)) {
    if (name !== workspaces) symlinkSync(join(from, name), join(to, name));
  }
  const own = { tracker: 'services/tracker', adapters: 'adapters', proto: 'proto', domain: 'domain' };
  for (const [name, path] of Object.entries(own))
    symlinkSync(join('..', '..', path), join(to, workspaces, name));
}
