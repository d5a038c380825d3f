import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

/** Runs seeds from the command line; ends with 1 at the first one that fails, and says how to play it again. */

const help = `npm run test:simulate -- [options]

  --seed N    one seed, with all that happens in it
  --seeds K   so many in a row (1000)
  --from N    the first of them (the time)
  --steps M   random steps of each (150)
  --help

A seed decides everything: with the same steps it runs the same each time.
`;

const wholeNumber = (text: string, name: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} must be a whole number.`);
  return number;
};

function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: String(Math.floor(Date.now() / 1000)) },
      steps: { type: 'string', default: '150' },
      help: { type: 'boolean', default: false },
    },
  });
  const one = values.seed === undefined ? null : wholeNumber(values.seed, 'seed');
  return {
    help: values.help,
    tellsAll: one !== null,
    from: one ?? wholeNumber(values.from, 'from'),
    seeds: one === null ? wholeNumber(values.seeds, 'seeds') : 1,
    steps: wholeNumber(values.steps, 'steps'),
  };
}

const say = (text: string) => void process.stdout.write(`${text}\n`);
const toldEvery = 500;

/** Gives the exit code. */
async function run({ tellsAll, from, seeds, steps }: ReturnType<typeof readOptions>): Promise<number> {
  const beganMs = performance.now();
  let offered = 0;
  let seconds = 0;
  for (let done = 1; done <= seeds; done++) {
    const seed = from + done - 1;
    const result = await simulate({ seed, steps, ...(tellsAll && { say }) });
    offered += result.offered;
    seconds += result.seconds;
    if (result.violations.length > 0) {
      for (const violation of result.violations) say(`seed ${seed}: ${violation}`);
      say(`Again: npm run test:simulate -- --seed ${seed} --steps ${steps}`);
      return 1;
    }
    if (done % toldEvery === 0 || done === seeds) {
      const perSecond = (done / (performance.now() - beganMs)) * 1000;
      say(
        `${done} seeds from ${from}, ${steps} steps each: ${offered} events, ` +
          `${(seconds / 3600).toFixed(1)} simulated hours, ${perSecond.toFixed(0)} seeds/s`,
      );
    }
  }
  return 0;
}

function optionsOrExit(): ReturnType<typeof readOptions> {
  try {
    return readOptions();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}

const options = optionsOrExit();
if (options.help) process.stdout.write(help);
else process.exitCode = await run(options);
