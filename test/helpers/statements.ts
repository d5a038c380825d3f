import type { Statement } from '@trackline/domain/ledger';

/**
 * A statement as tests need one, of the first release unless it says when its life began; what matters to a test it
 * says itself.
 */
export function statement(overrides: Partial<Statement> = {}): Statement {
  return {
    writer: 'w1',
    instance: 'tracker-1',
    atMs: 1_000_000,
    acceptedThrough: 0,
    rejected: 0,
    shed: 0,
    ignored: 0,
    lost: 0,
    final: false,
    sinceMs: 0,
    sentThrough: 0,
    unsent: 0,
    oldestUnsentAtMs: 0,
    unconfirmed: 0,
    onDisk: false,
    ...overrides,
  };
}
