import { freezeProgram, type Program, type Tombstone } from '@trackline/domain/program';

/** A program as tests need one; what matters to a test it says itself. */
export function program(overrides: Partial<Program> = {}): Program {
  return freezeProgram({
    deleted: false,
    id: 'shoes',
    version: 1,
    name: 'Shoes',
    status: 'active',
    validFromMs: null,
    validUntilMs: null,
    landingUrl: 'https://shop.example/shoes',
    deepLinkHosts: [],
    signingKeyIds: [],
    ...overrides,
  });
}

export function tombstone(id: string, version: number): Tombstone {
  return freezeProgram({ deleted: true, id, version });
}
