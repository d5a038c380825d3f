import { parseArgs } from 'node:util';
import { measureFreshness } from './freshness.ts';

const usage = `Usage: node --import tsx bench/freshness/main.ts [options]

Starts the embedded stack and measures how soon an event can be read, and how soon a change of a program is decided
upon. Prints the figures as JSON.

  --quick                fewer updates and seconds
  --dynamodb auto|dynalite
                         as npm start takes it (default dynalite: DynamoDB Local syncs each item four times)
  --help                 this
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    dynamodb: { type: 'string', default: 'dynalite' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
} else {
  const figures = await measureFreshness(
    { say: (line) => process.stderr.write(`${line}\n`) },
    { quick: values.quick, dynamodb: values.dynamodb === 'auto' ? 'auto' : 'dynalite' },
  );
  process.stdout.write(`${JSON.stringify({ node: process.version, freshness: figures }, null, 2)}\n`);
}
