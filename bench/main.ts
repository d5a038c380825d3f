import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { quietSdk } from '@trackline/adapters/environment/environment';
import { compared, comparisonRows } from './against/compare.ts';
import { type Bench, repositoryRoot, withBench } from './bench.ts';
import { buildRevision, buildTree, NoBuild } from './build/builds.ts';
import { type Builds, contendersOf } from './contenders/roster.ts';
import { machineFigures, productionNode } from './machine/machine.ts';
import { onAllCores } from './machine/pinning.ts';
import { BadOptions, isWanted, type Options, profiled, readOptions, usage } from './options.ts';
import { profile } from './profile.ts';
import { contenderFigures, nested, workerFigures } from './report/figures.ts';
import { markdown, type RunFigures } from './report/markdown.ts';
import { comparisonText, figuresText } from './report/text.ts';
import { type Measured, measureSideBySide } from './rounds/rounds.ts';
import { sections } from './sections.ts';

/** The bench as a process: options, what is measured, progress, what comes out, and the exit code. */

const folder = join(repositoryRoot, '.local', 'bench');
const startMs = performance.now();

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function say(line: string): void {
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(0).padStart(4);
  process.stderr.write(`${seconds} s  ${line}\n`);
}

async function main(): Promise<void> {
  quietSdk(process.env);
  const options = readOptions(process.argv.slice(2));
  if (options === null) return print(usage.trimEnd());
  if (options.markdown) return print(markdown(await lastFigures(options)));
  const tree = resolve(options.tree ?? repositoryRoot);
  const build = await buildTree(tree, folder);
  const other =
    options.against === null
      ? null
      : await buildRevision(options.against, { root: repositoryRoot, folder, say });
  await withBench(folder, say, async (bench) => {
    sayNode(bench);
    if (options.profile) return profileAll(bench, options, build.bundleFile);
    const measured = await sideBySide(bench, options, { build, other });
    if (other !== null) {
      const comparisons = compared(measured);
      await write(options, {
        ...heads(bench, options, build.revision),
        against: { other: other.revision, comparisons },
      });
      return print(comparisonText(comparisonRows(comparisons, other.revision)));
    }
    const contenders = contenderFigures(measured);
    const figures = {
      ...heads(bench, options, build.revision),
      ...nested(contenders),
      ...workerFigures(measured),
      ...(await measureSections(bench, options, build.bundleFile)),
    };
    await write(options, figures);
    print(figuresText(figures, contenders));
  });
}

async function sideBySide(bench: Bench, options: Options, builds: Builds): Promise<Measured[]> {
  const scenarios = (['pixel', 'click', 'transaction'] as const).filter((name) => isWanted(options, name));
  const contenders = await contendersOf(bench, scenarios, builds, (name) => isWanted(options, name));
  const { rounds, roundMs } = options;
  return measureSideBySide(bench, contenders, { rounds, roundMs });
}

/** What can't be measured is told, and missing; the rest of a long run is not lost by it. */
async function measureSections(bench: Bench, options: Options, bundleFile: string) {
  const figures: Record<string, object> = {};
  for (const { name, isWhole, measure } of sections) {
    if (!isWanted(options, name)) continue;
    if (isWhole && options.quick && !options.only.includes(name)) {
      say(`${name} is left out: it takes too long for a quick run, and --only ${name} measures it`);
      continue;
    }
    say(`${name}: measuring`);
    const measured = () => measure(bench, { quick: options.quick, bundleFile });
    try {
      figures[name] = await (isWhole ? onAllCores(bench.pinning, measured) : measured());
    } catch (error) {
      say(`${name} could not be measured: ${(error as Error).stack}`);
      process.exitCode = 1;
    }
  }
  return figures;
}

async function profileAll(bench: Bench, options: Options, bundleFile: string): Promise<void> {
  for (const name of profiled(options)) {
    say(`${name}: profiling`);
    const files = await profile(bench, name, bundleFile, options.quick ? 3_000 : 10_000);
    print(files.join('\n'));
  }
}

function heads(bench: Bench, { quick, rounds }: Options, revision: string) {
  const { parts, pinning } = bench;
  return {
    date: new Date().toISOString(),
    revision,
    quick,
    rounds,
    parts: parts.labels,
    machine: machineFigures(pinning),
  };
}

function sayNode({ pinning }: Bench): void {
  say(
    `Node ${process.version}${process.version.startsWith(productionNode) ? ', as in production' : `; production runs ${productionNode}`}`,
  );
  say(
    pinning.server === null
      ? 'nothing is pinned to a core'
      : `servers on core ${pinning.server}, all else on ${pinning.others}`,
  );
}

/** Part of the figures does not take the place of all. */
function figuresFile({ out, only, against }: Options): string {
  return resolve(out ?? join(folder, only.length > 0 || against !== null ? 'partial.json' : 'latest.json'));
}

async function lastFigures(options: Options): Promise<RunFigures> {
  const file = figuresFile(options);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new BadOptions(
      `There are no figures in ${file}: npm run bench makes them, --out FILE names others.`,
    );
  });
  return JSON.parse(text) as RunFigures;
}

async function write(options: Options, figures: object): Promise<void> {
  const file = figuresFile(options);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(figures, null, 2)}\n`);
  say(`figures: ${file}`);
}

main().catch((error: Error) => {
  const isPersons = error instanceof BadOptions || error instanceof NoBuild;
  process.stderr.write(`${isPersons ? error.message : error.stack}\n`);
  process.exitCode = isPersons ? 64 : 1;
});
