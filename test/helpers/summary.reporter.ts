import { existsSync, readFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends a run's summary with the seconds each suite took, and with the real parts that its tests ran against. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
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
  }
}

function realParts(): string[] {
  const file = process.env.TEST_REAL_PARTS_FILE;
  if (!file || !existsSync(file)) return [];
  return [...new Set(readFileSync(file, 'utf8').split('\n').filter(Boolean))].sort();
}

function section(title: string, lines: readonly string[]): void {
  if (lines.length > 0) process.stdout.write(`\n ${title}:\n${lines.map((line) => `   ${line}\n`).join('')}`);
}
