import { randomUUID } from 'node:crypto';
import type { ProgramStoreWriter } from '@trackline/adapters/program-store/program-store';
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

/** Declares a store built, as a rebuild of an empty table would. */
export async function seal(writer: ProgramStoreWriter, generation: string = randomUUID()): Promise<boolean> {
  await writer.begin(generation);
  return writer.seal(generation);
}
