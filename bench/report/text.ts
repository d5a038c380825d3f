import type { ContenderFigures } from './figures.ts';
import { boundText, judged, plainNumber } from './goals.ts';
import { contenderRows, plainTable } from './table.ts';

/** What a terminal shows at the end: who was beside whom, and which goals hold. */
export function figuresText(figures: object, contenders: Readonly<Record<string, ContenderFigures>>): string {
  const parts: string[] = [];
  if (Object.keys(contenders).length > 0) parts.push(plainTable(contenderRows(contenders)));
  const goals = judged(figures);
  if (goals.length > 0) {
    const rows = goals.map((goal) => [
      goal.holds ? 'holds' : 'misses',
      goal.kind,
      goal.figure,
      plainNumber(goal.value),
      boundText(goal),
      goal.what,
    ]);
    parts.push(
      plainTable(
        [['', '', 'figure', 'measured', 'goal', ''], ...rows],
        ['left', 'left', 'left', 'right', 'left', 'left'],
      ),
    );
  }
  return parts.join('\n\n');
}

export function comparisonText(rows: readonly (readonly string[])[]): string {
  return plainTable(rows, ['left', 'right', 'left', 'left', 'right', 'left', 'left']);
}
