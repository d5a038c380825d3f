import { existsSync, readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Ends a run's summary with the seconds each suite took, the real parts that its tests ran against, and once
 * more what failed: where only the end of a log is kept, that is what one looks for.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const secondsBySuite = new Map<string, number>();
    for (const module of modules) {
      const { duration, collectDuration, setupDuration } = module.diagnostic();
      const seconds = (duration + collectDuration + setupDuration) / 1000;
      secondsBySuite.set(module.project.name, (secondsBySuite.get(module.project.name) ?? 0) + seconds);
    }
    section(
      'Seconds per suite, its files added up',
      [...secondsBySuite].map(([name, seconds]) => `${name}: ${seconds.toFixed(1)}`),
    );
    section('Real parts that the tests ran against', realParts());
    section('Failed', [...modules.flatMap(failures), ...unhandled.map(({ message }) => oneLine(message))]);
  }
}

function failures(module: TestModule): string[] {
  const about = (name: string, errors: readonly { readonly message: string }[]) =>
    `${module.project.name} ${module.relativeModuleId} > ${name}: ${errors.map(({ message }) => oneLine(message)).join(' | ')}`;
  const suites = [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0);
  return [
    ...suites.map((suite) => about(suite.type === 'suite' ? suite.fullName : 'the file', suite.errors())),
    ...[...module.children.allTests('failed')].map((test) =>
      about(test.fullName, test.result().errors ?? []),
    ),
  ];
}

/** Of a long message both ends are kept: what was expected often stands last. */
function oneLine(message: string): string {
  const line = stripVTControlCharacters(message).replaceAll(/\s+/g, ' ');
  return line.length <= 600 ? line : `${line.slice(0, 200)} … ${line.slice(-400)}`;
}

function realParts(): string[] {
  const file = process.env.TEST_REAL_PARTS_FILE;
  if (!file || !existsSync(file)) return [];
  return [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))].sort();
}

function section(title: string, lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`\n ${title}:\n${lines.map((line) => `   ${line}\n`).join('')}`);
}
