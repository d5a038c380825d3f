import { join } from 'node:path';
import { stateDefault } from './config.ts';
import type { Part } from './parts/part.ts';
import type { StackFile } from './stack-file.ts';

/** What a person reads when the stack is ready: what runs where, and what to try. */
export function readyMessage(
  stack: StackFile,
  parts: readonly Part[],
  seconds: number,
  state: string,
): string {
  const rows: [string, string][] = [
    ...stack.trackerUrls.map((url, i): [string, string] => [
      `tracker ${i + 1}`,
      `${url}   admin ${stack.adminUrls[i]}`,
    ]),
    ['kinesis', stack.kinesisEndpoint],
    ['streams', `${stack.eventStream}, ${stack.coreDataStream}`],
    ['dynamodb', stack.dynamodbEndpoint],
    ...Object.values(stack.tables).map((name, i): [string, string] => [i === 0 ? 'tables' : '', name]),
    ['program store', stack.redisUrl.replace(/\/\/[^@/]*@/, '//')],
    ['embedded', parts.map(({ label }) => label).join(', ')],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`);
  const notes = parts.flatMap(({ label, note }) => (note ? [`  ${label}:`, `    ${note}`] : []));
  // Elsewhere the command line would find another stack, or none.
  const where = state === stateDefault ? '' : ` --stack ${join(state, 'stack.json')}`;
  return [
    '',
    `Trackline is ready, after ${seconds.toFixed(1)} s.`,
    '',
    ...lines,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    'Try:',
    `  curl -i "${stack.trackerUrl}/v1/impression/aurora-shoes?publisher=p1" --output -`,
    `  npx trackline events --program aurora-shoes${where}`,
    `  npx trackline program pause aurora-shoes${where}`,
    '',
    'Ctrl-C ends it; its state stays.',
    '',
  ].join('\n');
}
