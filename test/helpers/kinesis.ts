import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKinesis } from '../../services/local/parts/kinesis.ts';
import { createStreams } from '../../services/local/parts/streams.kinesis.ts';
import { ranAgainst } from './real-parts.ts';

/** A Kinesis of a test's own (kinesalite), with the streams that it asks for. */
export async function startTestKinesis(shardsByStream: Readonly<Record<string, number>>) {
  const folder = mkdtempSync(join(tmpdir(), 'trackline-kinesis-'));
  const part = await startKinesis(folder);
  ranAgainst(part.label);
  const target = { region: 'eu-central-1', endpoint: part.url };
  await createStreams(target, shardsByStream);
  return {
    ...target,
    createStreams: (more: Readonly<Record<string, number>>) => createStreams(target, more),
    async stop() {
      await part.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
