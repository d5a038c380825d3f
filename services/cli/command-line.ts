import { randomUUID } from 'node:crypto';
import type { Reason } from '@trackline/domain/verdict';
import { Command, Option } from 'commander';
import type { Answer } from './answer.ts';
import {
  day,
  deadLetterReasons,
  duration,
  eventType,
  hour,
  identifier,
  messageId,
  orderId,
  origin,
  recordRate,
  rowLimit,
  seconds,
  subId,
  visitorId,
} from './arguments.ts';
import type { ListOptions } from './commands/dead-letters.ts';
import type { ReplaySelection } from './commands/dead-letters-replay.ts';
import type { EraseOptions } from './commands/erase.ts';
import type { EventsOptions } from './commands/events.ts';
import type { LinkOptions } from './commands/link.ts';
import type { ReportOptions } from './commands/report.ts';
import type { TransactionsOptions } from './commands/transactions.ts';
import type { Context } from './context.ts';
import type { WaitOptions } from './core-data/change-program.ts';
import { limits } from './limits.ts';
import type { ReplayOptions } from './replay.ts';

/** Carries a command out: gives it what it needs, and shows what it answers. */
export type Run = (command: (context: Context) => Promise<Answer>) => Promise<void>;

/** The options that every command takes. */
export interface GlobalOptions {
  readonly stack?: string;
  readonly json?: true;
}

/**
 * The commands, their options and their help. What a command does is loaded when it is carried out, so that
 * `--help` and mistakes are answered at once.
 *
 * @param showHelp takes the text of `--help` or `--version`
 * @throws CommanderError, from parsing: with exit code 0 after help, else for a mistake of the caller
 */
export function commandLine(version: string, showHelp: (text: string) => void, run: Run): Command {
  const root = new Command('trackline')
    // Inherited by every command: nothing is printed and nothing exits in here.
    .exitOverride()
    .configureOutput({ writeOut: showHelp, writeErr: () => {}, outputError: () => {} })
    .description(
      'Core data, links, queries, reports, erasure, dead letters and the ledger of a Trackline system.',
    )
    .version(version)
    .option('--stack <file>', 'the stack.json of the system to talk to')
    .option('--json', 'answer with one JSON document')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', rootHelp);
  addProgram(root, run);
  addLink(root, run);
  addEvents(root, run);
  addTransactions(root, run);
  addErase(root, run);
  addDeadLetters(root, run);
  addLedger(root, run);
  return root;
}

const rootHelp = `
The system is found by --stack, TRACKLINE_STACK, .local/stack.json in this folder or above it, or
else by AWS_REGION, REDIS_URL and the names in the environment. Exit codes: 0 done, 1 failed or
something was found, 2 wrong usage, 78 wrong configuration.

Examples:
  $ trackline program list
  $ trackline program pause aurora-shoes
  $ trackline events --program aurora-shoes --type click
  $ trackline ledger --json`;

function waiting(command: Command): Command {
  return command
    .addOption(secondsOption('--timeout <seconds>', 'how long the program store may take', 10))
    .option('--no-wait', 'be done when the core-data stream has it');
}

interface WaitFlags {
  readonly timeout: number;
  readonly wait: boolean;
}

const waitOptions = ({ timeout, wait }: WaitFlags): WaitOptions => ({ timeoutMs: timeout, wait });

function addProgram(root: Command, run: Run): void {
  const program = group(root, 'program', 'send core data, and look at programs');

  waiting(program.command('import'))
    .description('send core-data updates from a JSON array or NDJSON, with the versions that it gives')
    .argument('<file>', 'the file; - is standard input')
    .addHelpText(
      'after',
      examples('program import examples/programs.json', 'program import - < updates.ndjson'),
    )
    .action((file: string, flags: WaitFlags) =>
      run(async (context) =>
        (await import('./commands/program-import.ts')).programImport(context, file, waitOptions(flags)),
      ),
    );

  waiting(program.command('put'))
    .description('send one program as its next version')
    .argument('<file>', 'the file with one JSON object; - is standard input')
    .addHelpText('after', examples('program put program.json', 'program put - < program.json'))
    .action((file: string, flags: WaitFlags) =>
      run(async (context) =>
        (await import('./commands/program-put.ts')).programPut(context, file, waitOptions(flags)),
      ),
    );

  program
    .command('get')
    .description('show the newest version of a program, and whether the program store has it')
    .argument('<id>', 'the program', identifier)
    .option('--history', 'show every version, newest first', false)
    .addHelpText('after', examples('program get aurora-shoes', 'program get aurora-shoes --history'))
    .action((id: string, options: { history: boolean }) =>
      run(async (context) => (await import('./commands/program-get.ts')).programGet(context, id, options)),
    );

  program
    .command('list')
    .description('show the newest version of every program')
    .option('--deleted', 'deleted programs, too', false)
    .addHelpText('after', examples('program list', 'program list --json'))
    .action((options: { deleted: boolean }) =>
      run(async (context) => (await import('./commands/program-list.ts')).programList(context, options)),
    );

  for (const [name, status, effect] of [
    ['pause', 'paused', 'reject the calls on a program until it is resumed'],
    ['resume', 'active', 'accept the calls on a paused program again'],
  ] as const) {
    waiting(program.command(name))
      .description(effect)
      .argument('<id>', 'the program', identifier)
      .addHelpText(
        'after',
        examples(`program ${name} aurora-shoes`, `program ${name} aurora-shoes --timeout 30`),
      )
      .action((id: string, flags: WaitFlags) =>
        run(async (context) =>
          (await import('./commands/program-status.ts')).programStatus(
            context,
            id,
            status,
            waitOptions(flags),
          ),
        ),
      );
  }

  waiting(program.command('delete'))
    .description('delete a program; its history and its events stay')
    .argument('<id>', 'the program', identifier)
    .addHelpText('after', examples('program delete dusk-games'))
    .action((id: string, flags: WaitFlags) =>
      run(async (context) =>
        (await import('./commands/program-delete.ts')).programDelete(context, id, waitOptions(flags)),
      ),
    );

  program
    .command('rebuild')
    .description('fill an emptied program store from the program table')
    .option('--force', 'write every program again, also where the store is built', false)
    .addHelpText('after', examples('program rebuild', 'program rebuild --force'))
    .action((options: { force: boolean }) =>
      run(async (context) =>
        (await import('./commands/program-rebuild.ts')).programRebuild(context, randomUUID, options),
      ),
    );
}

function addLink(root: Command, run: Run): void {
  root
    .command('link')
    .description('print a click link of a program, signed if a key is named')
    .requiredOption('--program <id>', 'the program', identifier)
    .option('--publisher <id>', 'who shows the ad', identifier)
    .option('--sub <name=value>', 'a sub-id, sub1 to sub32; as often as needed', subId)
    .option('--url <target>', 'where it leads, in place of the landing URL; may hold macros')
    .option('--origin <url>', 'where the trackers are reached, if the stack file does not say', origin)
    .option('--key <id>', 'sign the target with this key', identifier)
    .option('--expires <duration>', 'how long the signature holds, such as 90s, 30m, 12h or 30d', duration)
    .option('--keyring <file>', 'the file with the keys, in place of that of environment or stack file')
    .option('--offline', 'do not look at the program', false)
    .addHelpText(
      'after',
      examples(
        'link --program aurora-shoes --publisher p1 --sub sub1=newsletter',
        'link --program aurora-shoes --url "https://shop.example/boots?c={click_id}"',
        'link --program borealis-travel --url https://deals.example/ --key local-1 --expires 30d',
      ),
    )
    .action((options: LinkOptions) =>
      run(async (context) => (await import('./commands/link.ts')).link(context, options)),
    );
}

interface EventFlags extends EventsOptions {
  readonly message?: string;
}

function addEvents(root: Command, run: Run): void {
  root
    .command('events')
    .description('show the newest events of a program, of this hour and the one before, or one event whole')
    .requiredOption('--program <id>', 'the program', identifier)
    .option('--hour <YYYYMMDDHH>', 'the hour (UTC) to look at instead', hour)
    .option('--limit <n>', 'at most so many', rowLimit, 50)
    .option('--type <type>', 'impression, click or transaction', eventType)
    .option('--message <id>', 'the one event of this message id', messageId)
    .addHelpText(
      'after',
      examples('events --program aurora-shoes', 'events --program aurora-shoes --type click --limit 10'),
    )
    .action(({ message, ...options }: EventFlags) =>
      run(async (context) => {
        const { event, events } = await import('./commands/events.ts');
        return message === undefined ? events(context, options) : event(context, options.program, message);
      }),
    );

  root
    .command('report')
    .description('count the events of a program on one day, by type')
    .requiredOption('--program <id>', 'the program', identifier)
    .requiredOption('--day <YYYY-MM-DD>', 'the day (UTC)', day)
    .option('--hours', 'by hour, too', false)
    .addHelpText('after', examples('report --program aurora-shoes --day 2026-01-31 --hours'))
    .action((options: ReportOptions) =>
      run(async (context) => (await import('./commands/report.ts')).report(context, options)),
    );
}

interface TransactionFlags extends TransactionsOptions {
  readonly order?: string;
}

function addTransactions(root: Command, run: Run): void {
  root
    .command('transactions')
    .description('show the orders of a program that were claimed last, or one order whole')
    .requiredOption('--program <id>', 'the program', identifier)
    .option('--order <id>', 'the one order of this id', orderId)
    .option('--limit <n>', 'at most so many', rowLimit, 50)
    .addHelpText(
      'after',
      examples('transactions --program aurora-shoes', 'transactions --program aurora-shoes --order 10001'),
    )
    .action(({ order, ...options }: TransactionFlags) =>
      run(async (context) => {
        const { transaction, transactions } = await import('./commands/transactions.ts');
        return order === undefined
          ? transactions(context, options)
          : transaction(context, options.program, order);
      }),
    );
}

function addErase(root: Command, run: Run): void {
  root
    .command('erase')
    .description('delete the events of a visitor; reads the whole table')
    .requiredOption('--visitor <id>', 'the visitor, as in the events and in the cookie', visitorId)
    .option('--dry-run', 'only count them', false)
    .addHelpText(
      'after',
      examples('erase --visitor Xq3V0rR1S2mK8dZ4b7TnAg --dry-run', 'erase --visitor Xq3V0rR1S2mK8dZ4b7TnAg'),
    )
    .action((options: EraseOptions) =>
      run(async (context) => (await import('./commands/erase.ts')).erase(context, options)),
    );
}

function addDeadLetters(root: Command, run: Run): void {
  const deadLetters = group(
    root,
    'dead-letters',
    'look at records that could not be processed, and put them back',
  );

  deadLetters
    .command('list')
    .description('show the dead letters of a day, or the batches that Lambda gave up')
    .option('--day <YYYY-MM-DD>', 'the day (UTC) of their arrival; else today', day)
    .option('--on-failure', 'the batches that failed until their retries or age ran out, of any day', false)
    .option('--open', 'only what was not replayed', false)
    .addHelpText(
      'after',
      examples('dead-letters list --day 2026-01-31 --open', 'dead-letters list --on-failure'),
    )
    .action(({ onFailure, ...options }: ListOptions & { onFailure: boolean }) =>
      run(async (context) =>
        onFailure
          ? (await import('./commands/on-failure.ts')).onFailureList(context, options)
          : (await import('./commands/dead-letters.ts')).deadLettersList(context, options),
      ),
    );

  deadLetters
    .command('show')
    .description('show one dead letter or one batch: why, where from, its bytes, and what they say')
    .argument('<id>', 'as "dead-letters list" names it')
    .option('--full', 'all of the bytes', false)
    .addHelpText('after', examples('dead-letters show 2026-01-31-0123456789abcdef'))
    .action((id: string, options: { full: boolean }) =>
      run(async (context) =>
        id.endsWith('.json')
          ? (await import('./commands/on-failure.ts')).onFailureShow(context, id, options)
          : (await import('./commands/dead-letters.ts')).deadLettersShow(context, id, options),
      ),
    );
  addReplay(deadLetters, run);
}

interface ReplayFlags extends Omit<ReplaySelection, 'ids' | 'reasons'>, Omit<ReplayOptions, 'perSecondMax'> {
  readonly perSecond: number;
  readonly allOf?: readonly Reason[];
}

function addReplay(deadLetters: Command, run: Run): void {
  deadLetters
    .command('replay')
    .description('put dead letters, or batches that Lambda gave up, back onto the streams they came from')
    .argument('[ids...]', 'as "dead-letters list" names them')
    .option('--day <YYYY-MM-DD>', 'those of this day (UTC)', day)
    .option('--all-of <reason...>', 'the letters of these reasons, of the day or of all', deadLetterReasons)
    .option('--on-failure', 'batches, not letters', false)
    .option('--again', 'also what was replayed before', false)
    .option('--dry-run', 'put nothing back', false)
    .option('--per-second <n>', 'so many records at most', recordRate, limits.replaysPerSecond)
    .addHelpText(
      'after',
      examples(
        'dead-letters replay 2026-01-31-0123456789abcdef',
        'dead-letters replay --day 2026-01-31 --dry-run',
        'dead-letters replay --all-of event_undecodable event_invalid',
        'dead-letters replay --on-failure --per-second 100',
      ),
    )
    .action((ids: string[], { again, dryRun, perSecond, allOf, ...of }: ReplayFlags) =>
      run(async (context) =>
        (await import('./commands/dead-letters-replay.ts')).deadLettersReplay(
          context,
          { ids, reasons: allOf, ...of },
          { again, dryRun, perSecondMax: perSecond },
        ),
      ),
    );
}

function addLedger(root: Command, run: Run): void {
  root
    .command('ledger')
    .description('prove that every accepted event is persisted, or name what is missing (exit code 1)')
    .option('--writer <writer>', 'this writer alone')
    .addOption(secondsOption('--pending-max <seconds>', 'a gap that is older is missing', 60))
    .option('--strict', 'exit code 1 for what is not vouched for, too', false)
    .addHelpText('after', examples('ledger', 'ledger --pending-max 300 --json', 'ledger --strict'))
    .action(({ writer, pendingMax, strict }: { writer?: string; pendingMax: number; strict: boolean }) =>
      run(async (context) =>
        (await import('./commands/ledger.ts')).ledger(context, { writer, pendingMaxMs: pendingMax, strict }),
      ),
    );
}

/** An option in seconds, whose value is in milliseconds. */
function secondsOption(flags: string, description: string, preset: number): Option {
  return new Option(flags, description).argParser(seconds).default(preset * 1000, String(preset));
}

function group(root: Command, name: string, description: string): Command {
  return root.command(name).description(description);
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ trackline ${line}`).join('\n')}`;
}
