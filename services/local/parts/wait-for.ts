const askEveryMs = 25;
const givenUpAfterMs = 60_000;

/**
 * Asks until the answer is yes.
 *
 * @param ended resolves when what is waited for can't happen any more
 * @throws Error naming `what`
 */
export async function waitFor(
  what: string,
  ask: () => Promise<boolean>,
  ended?: Promise<number | null>,
): Promise<void> {
  let code: number | null | undefined;
  void ended?.then((ending) => {
    code = ending;
  });
  for (const endMs = performance.now() + givenUpAfterMs; performance.now() < endMs; ) {
    if (code !== undefined) throw new Error(`Waited for ${what}, but it ended with ${code}.`);
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
  throw new Error(`Waited ${givenUpAfterMs / 1000} s for ${what}.`);
}
