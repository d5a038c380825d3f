/** Bugs that are planted in the text of production code, by a query behind a module's path. */
export const plantedTexts: Readonly<Record<string, { readonly text: string; readonly becomes: string }>> = {
  'equal-is-older': {
    text: '(asked.program?.version ?? 0) < (this.#known(id, asked)?.version ?? 0)',
    becomes: '(asked.program?.version ?? 0) <= (this.#known(id, asked)?.version ?? 0)',
  },
};

/** The plugin of Vite that plants them: `…/program-cache.ts?planted=equal-is-older`. */
export function plantsTexts() {
  return {
    name: 'planted-texts',
    enforce: 'pre' as const,
    transform(code: string, id: string): string | null {
      const name = /[?&]planted=([a-z-]+)/.exec(id)?.[1];
      if (name === undefined) return null;
      const planted = plantedTexts[name];
      if (planted === undefined || code.split(planted.text).length !== 2) {
        throw new Error(`There is no one place to plant ${name} in ${id}.`);
      }
      return code.replace(planted.text, planted.becomes);
    },
  };
}
