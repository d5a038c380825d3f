import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, test } from 'vitest';
import { commandLine } from './command-line.ts';

/** Parses words; tells what came of it without carrying anything out. */
async function parse(...words: string[]) {
  const help: string[] = [];
  let ran = false;
  const line = commandLine(
    '0.0.0',
    (text) => help.push(text),
    async () => {
      ran = true;
    },
  );
  try {
    await line.parseAsync(words, { from: 'user' });
    return { ran, options: line.opts(), help: help.join(''), mistake: null };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { ran, options: line.opts(), help: help.join(''), mistake: error };
  }
}

test.each([
  'program import f.json',
  'program import - --timeout 30',
  'program put -',
  'program put f.json --no-wait',
  'program get a --history',
  'program list --deleted',
  'program pause a',
  'program resume a --timeout 0.5',
  'program delete a',
  'program rebuild --force',
  'link --program a',
  'link --program a --publisher p --sub sub1=x --sub sub32= --url https://a.example/{click_id} --offline',
  'link --program a --url x --key k --expires 30d --keyring k.json --origin https://track.example:8443/',
  'events --program a',
  'events --program a --hour 2026013123 --limit 5 --type click',
  'events --program a --message 01890a5d-ac96-774b-bcce-b302099a8057',
  'transactions --program a --limit 5',
  'transactions --program a --order o/1',
  'erase --visitor -q3V0rR1S2mK8dZ4b7TnAg --dry-run',
  'report --program a --day 2026-01-31 --hours',
  'dead-letters list',
  'dead-letters list --day 2026-01-31 --on-failure',
  'dead-letters show x --full',
  'ledger --writer w --pending-max 300 --strict',
])('carries out: %s', async (line) => {
  expect(await parse(...line.split(' '))).toMatchObject({ ran: true, mistake: null });
});

test.each([
  ['--json --stack s.json ledger'],
  ['ledger --json --stack s.json'],
  ['program --json list --stack s.json'],
])('takes the global options anywhere: %s', async (line) => {
  const { options, ran } = await parse(...line.split(' '));
  expect(ran).toBe(true);
  expect(options).toEqual({ json: true, stack: 's.json' });
});

test.each([
  [''],
  ['program'],
  ['dead-letters'],
  ['evnets'],
  ['ledger --nope'],
  ['ledger surplus'],
  ['events'],
  ['events --program a/b'],
  ['events --program a --limit 0'],
  ['events --program a --type view'],
  ['events --program a --hour 2026'],
  ['events --program a --message x'],
  ['link'],
  ['link --program a --sub sub1'],
  ['link --program a --sub sub33=x'],
  ['link --program a --sub publisher=x'],
  [`link --program a --sub sub1=${'x'.repeat(257)}`],
  ['link --program a --expires 30'],
  ['link --program a --expires 0d'],
  ['link --program a --origin track.example'],
  ['link --program a --origin https://track.example/v1'],
  ['link --program a --origin https://user@track.example'],
  ['link --program a --origin ftp://track.example'],
  ['link --program a --key a/b'],
  ['transactions'],
  ['transactions --program a --limit 0'],
  ['erase'],
  ['erase --visitor x'],
  ['report --program a'],
  ['report --program a --day yesterday'],
  ['program get'],
  ['program pause ../a'],
  ['program pause a --timeout soon'],
  ['program import'],
  ['ledger --pending-max -1'],
  ['dead-letters replay --day x'],
  ['dead-letters replay --all-of spool_full'],
  ['dead-letters replay --on-failure --per-second 0'],
])('is a mistake: %j', async (line) => {
  const { ran, mistake } = await parse(...line.split(' ').filter(Boolean));
  expect(ran).toBe(false);
  expect(mistake?.exitCode).toBe(1);
  expect(mistake?.message).not.toBe('');
});

describe('help', () => {
  const commands = [
    [],
    ...['import', 'put', 'get', 'list', 'pause', 'resume', 'delete', 'rebuild'].map((name) => [
      'program',
      name,
    ]),
    ['link'],
    ['events'],
    ['transactions'],
    ['erase'],
    ['report'],
    ['dead-letters', 'list'],
    ['dead-letters', 'show'],
    ['dead-letters', 'replay'],
    ['ledger'],
  ];

  test.each(commands.map((command) => [command.join(' '), command] as const))(
    'of "%s" has examples, each of which can be carried out',
    async (_, command) => {
      const { help, mistake } = await parse(...command, '--help');
      expect(mistake?.exitCode).toBe(0);
      expect(help).toContain('--json');
      const examples = [...help.matchAll(/^ {2}\$ trackline (.*?)( < .*)?$/gm)].map((match) => match[1]!);
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        expect(await parse(...example.split(' ')), example).toMatchObject({ ran: true });
      }
    },
  );

  test('tells time-outs in seconds', async () => {
    expect((await parse('program', 'pause', '--help')).help).toContain('(default: 10)');
    expect((await parse('ledger', '--help')).help).toContain('(default: 60)');
  });
});

test('--version tells the version', async () => {
  const { help, mistake } = await parse('--version');
  expect([help, mistake?.exitCode]).toEqual(['0.0.0\n', 0]);
});

describe('documents name only commands that exist:', () => {
  const root = join(import.meta.dirname, '../..');
  const guides = readdirSync(join(root, 'docs/guides')).map((name) => `docs/guides/${name}`);

  test.each(['README.md', 'ARCHITECTURE.md', ...guides])('%s', async (path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const lines = [...text.matchAll(/npx trackline ([^\n`|<>;#]*)/g)].map((match) => match[1]!.trim());
    for (const line of lines) {
      const words = line.replace('"$(date -u +%F)"', '2026-01-31').split(/\s+/);
      const { ran, help } = await parse(...words);
      // `…` stands for any command.
      if (!line.includes('…')) expect(ran || help !== '', line).toBe(true);
    }
  });

  test('the guide has an example of every command', () => {
    const guide = readFileSync(join(root, 'docs/guides/cli.md'), 'utf8');
    const names = (command: ReturnType<typeof commandLine>): string[] =>
      command.commands.length === 0
        ? [command.name()]
        : command.commands.flatMap((child) =>
            names(child as typeof command).map((name) =>
              command.parent ? `${command.name()} ${name}` : name,
            ),
          );
    const all = names(
      commandLine(
        '',
        () => {},
        async () => {},
      ),
    );
    expect(all.length).toBeGreaterThan(12);
    expect(all.filter((name) => !guide.includes(`npx trackline ${name}`))).toEqual([]);
  });
});
