import { type EventType, eventTypes } from '@trackline/domain/tracking-event';
import type { ByType, ClientAccount } from './client-books.ts';

/** What the trackers' counters have grown by. */
export interface TrackerAccount {
  readonly accepted: ByType;
  readonly rejected: number;
}

/** What the ledger has grown by. */
export interface LedgerAccount {
  readonly accepted: number;
  readonly persisted: number;
  readonly pending: number;
  readonly missing: number;
  readonly lost: number;
  readonly deadLettered: number;
}

/** What the tables have of the run. */
export interface TableAccount {
  readonly items: ByType;
  /** Items whose message id a client was told. */
  readonly told: number;
  /** Ids that a client was told, and that no item has; some of them. */
  readonly missing: readonly string[];
  readonly missingCount: number;
  readonly duplicates: number;
  /** Orders of the run. */
  readonly orders: number;
}

export interface Accounts {
  readonly clients: ClientAccount;
  /** Null where a tracker began anew meanwhile, and with it its counters. */
  readonly trackers: TrackerAccount | null;
  readonly ledger: LedgerAccount;
  readonly table: TableAccount;
}

/** One comparison of the audit. */
export interface Finding {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly holds: boolean;
}

const sum = (counts: ByType) => eventTypes.reduce((all, type) => all + counts[type], 0);

/**
 * Compares what clients were told with the trackers' counters, the ledger and the tables. Where the client
 * can't know what became of a call, the number that has to be found is a range: at least what was told, at
 * most that and the calls that were left open.
 */
export function reckon({ clients, trackers, ledger, table }: Accounts): Finding[] {
  const { accepted, ambiguous } = clients;
  const told = sum(accepted) - sum(clients.untold);
  const open = sum(ambiguous);
  const findings: Finding[] = [];
  const among = (what: string, least: number, spread: number, found: number) =>
    findings.push({
      what,
      expected: spread === 0 ? number(least) : `${number(least)} to ${number(least + spread)}`,
      found: number(found),
      holds: found >= least && found <= least + spread,
    });
  const byType = (what: (type: EventType) => string, found: ByType) => {
    for (const type of eventTypes) {
      if (accepted[type] + ambiguous[type] + found[type] > 0) {
        among(what(type), accepted[type], ambiguous[type], found[type]);
      }
    }
  };

  if (trackers !== null) {
    byType((type) => `${type}s accepted, as the trackers count`, trackers.accepted);
    among('events rejected, as the trackers count', clients.rejected, open, trackers.rejected);
  }
  among('message ids that two calls were told', 0, 0, clients.repeated);
  among('accepted, as the ledger has it', sum(accepted), open, ledger.accepted);
  among('persisted, as the ledger has it', ledger.accepted, 0, ledger.persisted);
  among('pending, missing or lost in the ledger', 0, 0, ledger.pending + ledger.missing + ledger.lost);
  among('dead letters', 0, 0, ledger.deadLettered);
  byType((type) => `${type}s in the table`, table.items);
  among('message ids that clients were told, found in the table', told, 0, table.told);
  among('items of which no client was told the id', sum(clients.untold), open, sum(table.items) - table.told);
  among('items that are there twice', 0, 0, table.duplicates);
  const { claimed, open: perhaps } = clients.orders;
  among('orders in the table', claimed, perhaps + ambiguous.transaction, table.orders);
  return findings;
}

export function holds(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.holds);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
