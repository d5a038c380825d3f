import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../../test/helpers/stack.ts';
import { measureColdStart, measureConsumer, measureStream } from './consumer.ts';

const usage = `Usage: node --import tsx bench/consumer/main.ts [options] [consumer] [stream] [coldStart]

Measures the event-consumer, what events take of the stream, and how both Lambdas begin; or what is named of these.
Prints the figures as JSON.

  --quick                fewer rounds: under 20 s for each
  --dynamodb auto|dynalite
                         auto: DynamoDB Local where Java 17 is, or else dynalite
  --help                 this
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    dynamodb: { type: 'string', default: 'auto' },
    help: { type: 'boolean', default: false },
  },
});
const bench = {
  folder: join(repositoryRoot, '.local', 'bench'),
  say: (line: string) => process.stderr.write(`${line}\n`),
};
const settings = {
  quick: values.quick,
  dynamodb: values.dynamodb === 'dynalite' ? 'dynalite' : 'auto',
} as const;
const sections = {
  consumer: () => measureConsumer(bench, settings),
  stream: measureStream,
  coldStart: () => measureColdStart(bench, settings),
};
const unknown = positionals.filter((name) => !(name in sections));
if (values.help) {
  process.stdout.write(usage);
} else if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}.\n\n${usage}`);
  process.exitCode = 2;
} else {
  const figures: Record<string, object> = { node: { version: process.version } };
  for (const [name, measure] of Object.entries(sections)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    bench.say(`${name}: measuring`);
    figures[name] = await measure();
  }
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
}
