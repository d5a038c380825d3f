import { connectProgramStoreWriter } from '@trackline/adapters/program-store/program-store.redis';
import type { Program } from '@trackline/domain/program';

/** The programs that are called: ids of one length, so that all answers are, too. */
export const benchProgramIds: readonly string[] = Array.from(
  { length: 32 },
  (_, at) => `bench-program-${100 + at}`,
);

/** A program as businesses have them: a landing URL with macros and campaign parameters, and deep-link hosts. */
export function benchProgram(id: string): Program {
  return {
    deleted: false,
    id,
    version: 3,
    name: `The autumn campaign of ${id}`,
    status: 'active',
    validFromMs: Date.UTC(2026, 0, 1),
    validUntilMs: null,
    landingUrl: `https://www.${id}.example/autumn?utm_source=trackline&utm_medium=affiliate&cid={click_id}&s={sub1}`,
    deepLinkHosts: [`www.${id}.example`, `.${id}.example`, `m.${id}.example`],
    signingKeyIds: [],
  };
}

const generation = 'bench';

/** Writes programs into the program store as the updater would, and declares it built. */
export async function fillProgramStore(redisUrl: string, programs: readonly Program[]): Promise<void> {
  const writer = connectProgramStoreWriter({ url: redisUrl, commandTimeoutMs: 10_000 });
  try {
    await writer.begin(generation);
    const inOneGo = 1_000;
    for (let from = 0; from < programs.length; from += inOneGo) {
      await Promise.all(programs.slice(from, from + inOneGo).map((program) => writer.apply(program)));
    }
    if (!(await writer.seal(generation))) throw new Error(`The program store at ${redisUrl} was not built.`);
  } finally {
    await writer.close();
  }
}
