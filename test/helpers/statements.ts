import type { Statement } from '@trackline/domain/ledger';

/** A statement as tests need one; what matters to a test it says itself. */
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
    ...overrides,
  };
}
