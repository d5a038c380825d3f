import { expect, test } from 'vitest';
import { tableReader } from '../helpers/event-table.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { startStack, stateFolder } from '../helpers/stack.ts';
import { processesOf } from '../helpers/stack-processes.ts';
import { until } from '../helpers/until.ts';

const clients = 16;
const answersBeforeTheKill = 2_000;

const noProc = process.platform === 'linux' ? null : 'the processes of a stack are found in /proc';

test.skipIf(skipWithout('a stack of which one process is killed', noProc))(
  'a tracker that is killed under load, and started again, has lost nothing that it accepted',
  async () => {
    const state = stateFolder();
    const parts = ['--dynamodb', 'dynalite'];
    const first = await startStack(state.path, parts);
    const accepted = new Set<string>();
    let isKilled = false;
    const loads = Array.from({ length: clients }, async () => {
      while (!isKilled) {
        const reply = await fetch(`${first.file.trackerUrl}/v1/events/aurora-shoes?type=impression`).catch(
          () => null,
        );
        const answer = (await reply?.json().catch(() => null)) as { messageId: string } | null | undefined;
        if (answer) accepted.add(answer.messageId);
      }
    });
    await until('the load', () => accepted.size >= answersBeforeTheKill, 60_000);
    const tracker = processesOf(state.path).find(({ command }) => command.includes('tracker/main.ts'))!;
    process.kill(tracker.pid, 'SIGKILL');
    isKilled = true;
    await Promise.all([first.kill(), ...loads]);

    const second = await startStack(state.path, parts);
    const tables = tableReader(second.file);
    try {
      const { stdout, code } = await until(
        'the ledger to be settled',
        async () => {
          const shown = await second.trackline('ledger', '--json');
          const { totals } = JSON.parse(shown.stdout || '{"totals":{}}') as {
            totals: Record<string, number>;
          };
          return totals.pending === 0 && totals.persisted! >= accepted.size ? shown : null;
        },
        120_000,
      );
      expect({ code, totals: JSON.parse(stdout).totals }).toMatchObject({
        code: 0,
        totals: { missing: 0, pending: 0, lost: 0 },
      });
      const stored = new Set(await tables.messageIds());
      expect([...accepted].filter((id) => !stored.has(id))).toEqual([]);
    } finally {
      tables.close();
      await second.stop();
      state.remove();
    }
  },
  300_000,
);
