import type { StoredVersion } from '@trackline/adapters/program-table/program-table';
import { formatUpdate } from '@trackline/proto/core-data-update';
import { type Cell, clip, table } from './table.ts';
import { iso, shortIso } from './time.ts';

/** A validity window that is open at this end. */
const open = '–';

/** One version as `--json` shows it: the update as it can be sent again, and when the table took it. */
export function versionJson({ program, storedAtMs }: StoredVersion) {
  return { program: JSON.parse(formatUpdate(program)) as unknown, storedAt: iso(storedAtMs) };
}

/** Versions of programs, one a line. */
export function versionTable(versions: readonly StoredVersion[], columns: number): string {
  const heads = [
    'ID',
    'VERSION',
    'STATUS',
    { prose: 'NAME' },
    'VALID FROM',
    'VALID UNTIL',
    { prose: 'LANDING URL' },
    'STORED AT',
  ];
  return table(heads, versions.map(versionRow), columns);
}

function versionRow({ program, storedAtMs }: StoredVersion): Cell[] {
  const { id, version } = program;
  if (program.deleted) return [id, String(version), 'deleted', '', '', '', '', shortIso(storedAtMs)];
  return [
    id,
    String(version),
    program.status,
    clip(program.name, 40),
    program.validFromMs === null ? open : shortIso(program.validFromMs),
    program.validUntilMs === null ? open : shortIso(program.validUntilMs),
    clip(program.landingUrl, 60),
    shortIso(storedAtMs),
  ];
}
