import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { commandLine } from '@trackline/cli/command-line';
import { readConfig } from '@trackline/local/config';
import { readTree } from './source-tree.ts';

/**
 * The rules of the house on documents, as functions from their texts to the list of what breaks them, each
 * finding one line that names the document. What a reader is told to type has to be something that can be
 * typed.
 */

/** Path from the root → text. */
export type Documents = ReadonlyMap<string, string>;

const root = posix.join(import.meta.dirname, '..', '..');

/** Every document that is for a reader. */
export function readDocuments(): Documents {
  return readTree(root, /\.md$/);
}

const fence = /^[ \t]*```.*\n([\s\S]*?)^[ \t]*```/gm;

/** What stands in a document as code, line by line: its blocks, and what is between backticks. */
function codeLines(text: string): string[] {
  const blocks = [...text.matchAll(fence)].map(([, block]) => block!.replace(/\\\n\s*/g, ' '));
  const spans = [...text.replace(fence, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);
  return [...blocks.flatMap((block) => block.split('\n')), ...spans];
}

/** A word of the shell as far as our documents use it; what it would compute is a day. */
const word = /(?:"[^"]*"|'[^']*'|[^\s"'|<>#;&)])+/g;

/**
 * The arguments of each call of a command, up to a pipe, a redirection or a comment. One that stands for
 * several (`a|b`, `…`) is no call.
 */
function callsOf(command: RegExp, text: string): string[][] {
  const calls = new RegExp(`${command.source}((?:[ \\t]+${word.source})*)(\\S*)`, 'g');
  return codeLines(text).flatMap((line) =>
    [...line.matchAll(calls)]
      .filter(([call, , behind]) => !call.includes('…') && !/^[|<]/.test(behind!))
      .map(([, words]) =>
        [...words!.matchAll(word)].map(([each]) =>
          each.replace(/^(["'])(.*)\1$/, '$2').replace(/\$\(date -u \+%F\)/, '2026-01-31'),
        ),
      ),
  );
}

/** Each call of a command in the documents that `check` throws for. */
function refused(documents: Documents, command: RegExp, check: (args: string[]) => void): string[] {
  return [...documents].flatMap(([path, text]) =>
    callsOf(command, text).flatMap((args) => {
      try {
        check(args);
        return [];
      } catch (error) {
        return [`${path}: ${args.join(' ')}: ${(error as Error).message}`];
      }
    }),
  );
}

/** Calls of `npx trackline` that it would refuse. */
export function wrongCommands(documents: Documents): string[] {
  return refused(documents, /\bnpx trackline(?![ \t]*$)/, (args) => {
    const run = () => Promise.resolve();
    try {
      commandLine('0.0.0', () => {}, run).parse(args, { from: 'user' });
    } catch (error) {
      // Help is thrown, too.
      if ((error as { exitCode?: number }).exitCode !== 0) throw error;
    }
  });
}

/** Options of `npm start` that it would refuse. */
export function wrongStarts(documents: Documents): string[] {
  return refused(documents, /\bnpm start --(?=[ \t])/, (args) => void readConfig(args, {}));
}

/** Scripts of npm, and files run by Node, that there are not. */
export function missingScripts(documents: Documents): string[] {
  const { scripts } = JSON.parse(readFileSync(posix.join(root, 'package.json'), 'utf8')) as {
    scripts: Readonly<Record<string, string>>;
  };
  const ofNpm = ['ci', 'install'];
  return [...documents].flatMap(([path, text]) =>
    codeLines(text).flatMap((line) => {
      const named = [...line.matchAll(/\bnpm (run )?([a-z][\w:-]*)/g)]
        .filter(([, run, name]) => !(name! in scripts) && (run || !ofNpm.includes(name!)))
        .map(([call]) => call);
      const files = [...line.matchAll(/\bnode (?:-\S+ )*([\w./-]+\.(?:mjs|js|ts))\b/g)]
        .map(([, file]) => file!)
        .filter((file) => !existsSync(posix.join(root, file)));
      return [...named, ...files].map((what) => `${path}: ${what}: there is none`);
    }),
  );
}

/** Relative links that lead nowhere. Those of the guides, with their anchors, are test/guides.test.ts's. */
export function deadLinks(documents: Documents): string[] {
  return [...documents]
    .filter(([path]) => !path.startsWith('docs/guides/'))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map(([, link]) => link!)
        .filter((link) => !existsSync(posix.join(root, posix.dirname(path), link)))
        .map((link) => `${path}: ${link}: a link that leads nowhere`),
    );
}

/** A table whose last column is the proof: of a row the test that proves it, a link to its file and its name in “…”. */
const features = /^\|.*\| proof \|\n\|[-|]+\|\n((?:\|.*\|\n?)*)/gm;
const proof = /\]\(([^)]+\.test\.ts)\): “([^”]+)” \|$/;

/** Features, and threats that are held off, whose proof is missing, or is no test of that file. */
export function unprovenFeatures(documents: Documents): string[] {
  return [...documents].flatMap(([path, text]) =>
    [...text.matchAll(features)]
      .flatMap(([, rows]) => rows!.trimEnd().split('\n'))
      .filter((row) => {
        const [, file = '', name = ''] = proof.exec(row) ?? [];
        return !hasTest(posix.join(posix.dirname(path), file), name);
      })
      .map((row) => `${path}: ${row}`),
  );
}

function hasTest(file: string, name: string): boolean {
  const path = posix.join(root, file);
  return name !== '' && existsSync(path) && readFileSync(path, 'utf8').includes(name);
}
