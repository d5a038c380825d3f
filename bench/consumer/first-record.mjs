import { readFileSync } from 'node:fs';

/**
 * A Lambda's process until its first batch is answered: imports the handler and calls it. Arguments: the bundle, and
 * a file with the event. Prints when what was done, in ms since the process began, and the CPU that it took.
 */
const [bundle, eventFile] = process.argv.slice(2);
const startedMs = performance.now();
const { handler } = await import(bundle);
const importedMs = performance.now();
const event = JSON.parse(readFileSync(eventFile, 'utf8'));
const { batchItemFailures } = await handler(event, { getRemainingTimeInMillis: () => 30_000 });
if (batchItemFailures.length > 0) throw new Error('The first record was not stored.');
const storedMs = performance.now();
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ startedMs, importedMs, storedMs, cpuMs: (user + system) / 1_000 }));
// Its connections are kept alive, as Lambda wants them.
process.exit(0);
