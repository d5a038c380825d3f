import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import autocannon from 'autocannon';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tcString } from '../helpers/consent-strings.ts';
import { countStreamRecords } from '../helpers/event-stream-records.ts';
import { tableReader } from '../helpers/event-table.ts';
import { type RunningStack, startStack, stateFolder } from '../helpers/stack.ts';
import { until } from '../helpers/until.ts';

const sample = 'aurora-shoes';

/** The whole stack with two trackers, as a user meets it: HTTP in, tables and the command line out. */
describe('the pipeline', () => {
  const state = stateFolder();
  let stack: RunningStack;
  let tables: ReturnType<typeof tableReader>;

  beforeAll(async () => {
    // dynalite: DynamoDB Local syncs every item to the disk, some hundred a second (page 5 of the decisions);
    // start.test.ts runs on it.
    stack = await startStack(state.path, ['--trackers', '2', '--dynamodb', 'dynalite']);
    tables = tableReader(stack.file);
  });
  afterAll(async () => {
    tables?.close();
    await stack?.stop();
    state.remove();
  });

  const impression = (url: string) => fetch(`${url}/v1/impression/${sample}?publisher=p1`);
  const verdict = async (url: string) => (await impression(url)).headers.get('x-tracking-verdict');

  test('an impression is answered with the GIF, and is an item soon after', async () => {
    const before = await tables.messageIds();
    const reply = await impression(stack.file.trackerUrl);
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('image/gif');
    expect(reply.headers.get('cache-control')).toContain('no-store');
    expect(reply.headers.get('x-tracking-verdict')).toBe('accepted');
    expect(
      Buffer.from(await reply.arrayBuffer())
        .subarray(0, 6)
        .toString(),
    ).toBe('GIF89a');

    const from = performance.now();
    await until('the item', async () => (await tables.messageIds()).length === before.length + 1);
    const seconds = (performance.now() - from) / 1000;
    process.stdout.write(`   impression → item: ${seconds.toFixed(2)} s\n`);
    // A property of the stack's settings (200 ms polls), not of the machine: see ARCHITECTURE. 10 × what was
    // seen.
    expect(seconds).toBeLessThan(10);

    const shown = await stack.trackline('events', '--program', sample);
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('impression');
  });

  test('the JSON endpoint’s message id is the item’s key', async () => {
    const reply = await fetch(`${stack.file.trackerUrl}/v1/events/${sample}?type=impression`);
    const body = (await reply.json()) as { messageId: string; valid: boolean; programName: string };
    expect(body).toMatchObject({ valid: true, programName: 'Aurora Shoes, autumn' });
    await until('the item', async () => (await tables.messageIds()).includes(body.messageId));
  });

  test('a click is redirected to the landing URL, and counted', async () => {
    const reply = await fetch(`${stack.file.trackerUrl}/v1/click/${sample}`, { redirect: 'manual' });
    expect(reply.status).toBe(302);
    expect(reply.headers.get('location')).toMatch(
      /^https:\/\/shop\.example\/shoes\?utm_source=trackline&cid=[0-9a-f-]{36}$/,
    );
    await until('the click', async () => {
      const items = await tables.items(stack.file.tables.trackingEvents);
      return items.some((item) => item.type?.S === 'click');
    });
  });

  test('pausing a program reaches every tracker, and resuming undoes it', async () => {
    const trackers = stack.file.trackerUrls;
    expect(trackers).toHaveLength(2);
    for (const url of trackers) expect(await verdict(url)).toBe('accepted');

    for (const [command, expected] of [
      ['pause', 'rejected; reason=program_paused'],
      ['resume', 'accepted'],
    ] as const) {
      expect(await stack.trackline('program', command, sample)).toMatchObject({ code: 0 });
      const from = performance.now();
      for (const url of trackers)
        await until(`${command} on ${url}`, async () => (await verdict(url)) === expected);
      process.stdout.write(
        `   ${command} → both trackers: ${(performance.now() - from).toFixed(0)} ms after the command\n`,
      );
    }
  });

  test('an order sent 100 times at once, to two trackers: one row, 99 duplicates', async () => {
    const order = { orderId: 'o-100', amount: '19.90', currency: 'EUR' };
    const sent = Array.from({ length: 100 }, async (_, index) => {
      const reply = await fetch(`${stack.file.trackerUrls[index % 2]}/v1/transaction/${sample}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
      });
      return (await reply.json()) as { messageId: string; verdict: string };
    });
    const answers = await Promise.all(sent);
    expect(new Set(answers.map(({ verdict }) => verdict))).toEqual(new Set(['accepted']));
    const ids = new Set(answers.map(({ messageId }) => messageId));
    expect(ids.size).toBe(100);

    const ofOrder = async () =>
      (await tables.items(stack.file.tables.trackingEvents)).filter((item) => ids.has(item.messageId!.S!));
    const duplicatesOf = (items: Awaited<ReturnType<typeof ofOrder>>) =>
      items.flatMap((item) => item.duplicateOf?.S ?? []);
    await until('99 marks', async () => duplicatesOf(await ofOrder()).length === 99, 60_000);
    const events = await ofOrder();
    const rows = (await tables.items(stack.file.tables.transactions)).filter(
      ({ sk }) => sk!.S === order.orderId,
    );
    expect(rows).toHaveLength(1);
    expect(events).toHaveLength(100);
    const [claimant] = rows.map((row) => row.messageId!.S!);
    expect(new Set(duplicatesOf(events))).toEqual(new Set([claimant]));
    expect(events.find((item) => item.duplicateOf === undefined)!.messageId!.S).toBe(claimant);
    process.stdout.write(`   an order 100 times, two trackers: ${rows.length} row, 99 duplicates\n`);
  });

  test('an event under another’s click id as its key leaves that click as it was', async () => {
    const click = await fetch(`${stack.file.trackerUrl}/v1/events/${sample}?type=click&publisher=p1`);
    const { messageId: clickId } = (await click.json()) as { messageId: string };
    const itemOf = async (id: string) =>
      (await tables.items(stack.file.tables.trackingEvents)).find((item) => item.messageId?.S === id);
    const before = await until('the click', () => itemOf(clickId));

    const reply = await fetch(`${stack.file.trackerUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        { type: 'click', programId: sample, publisher: 'thief', idempotencyKey: clickId },
        { type: 'click', programId: sample, publisher: 'p1', idempotencyKey: clickId },
      ]),
    });
    const { outcomes } = (await reply.json()) as { outcomes: { messageId: string }[] };
    for (const { messageId } of outcomes) {
      expect(messageId).not.toBe(clickId);
      await until('the event', () => itemOf(messageId));
    }
    expect(await itemOf(clickId)).toEqual(before);
  });

  test.each([
    ['Sec-GPC', '', { 'sec-gpc': '1' }],
    ['TCF without purpose 1', `&gdpr=1&gdpr_consent=${tcString({ consents: [2, 7] })}`, {}],
  ])(
    'with %s: no cookie, and in the item neither IP nor user agent nor visitor',
    async (_, query, headers) => {
      const ids = new Set(await tables.messageIds());
      const url = `${stack.file.trackerUrl}/v1/impression/${sample}?publisher=p1${query}`;
      const reply = await fetch(url, { headers: { 'user-agent': 'Mozilla/5.0', ...headers } });
      expect(reply.headers.get('x-tracking-verdict')).toBe('accepted');
      expect(reply.headers.get('set-cookie')).toBeNull();
      const item = await until('the item', async () => {
        const items = await tables.items(stack.file.tables.trackingEvents);
        return items.find(({ messageId }) => !ids.has(messageId!.S!));
      });
      expect(item.consent).toMatchObject({ M: { choice: { S: 'denied' } } });
      for (const name of ['ip', 'userAgent', 'visitorId']) expect(item).not.toHaveProperty(name);
    },
  );

  test('10,000 impressions: client, ledger and table agree to the event', async () => {
    // What came before must be through, so that the differences are this test's alone.
    await ledgerSettled();
    const before = new Set(await tables.messageIds());
    const recordsBefore = await countStreamRecords(stack.file);

    const result = await autocannon({
      url: `${stack.file.trackerUrl}/v1/impression/${sample}?publisher=load`,
      connections: 50,
      amount: 10_000,
    });
    expect({ answered: result['2xx'], others: result.non2xx, errors: result.errors }).toEqual({
      answered: 10_000,
      others: 0,
      errors: 0,
    });

    const totals = await ledgerSettled();
    const stored = (await tables.messageIds()).filter((id) => !before.has(id));
    expect(new Set(stored).size).toBe(10_000);
    expect(stored).toHaveLength(10_000);
    expect(totals.persisted).toBe(before.size + 10_000);
    expect(totals).toMatchObject({ pending: 0, missing: 0, deadLettered: 0 });

    const records = (await countStreamRecords(stack.file)) - recordsBefore;
    process.stdout.write(
      `   10,000 events in ${records} Kinesis records, ${result.requests.average} requests/s\n`,
    );
    expect(records).toBeLessThanOrEqual(10_000 / 20);
  }, 300_000);

  test('a row deleted from the ledger makes the ledger name the gap, and exit with 1', async () => {
    const rows = (await tables.items(stack.file.tables.ledger)).filter((item) =>
      item.sk!.S!.startsWith('i#'),
    );
    const row = rows.find((item) => Number(item.last!.N) > Number(item.first!.N))!;
    await tables.client.send(
      new DeleteItemCommand({ TableName: stack.file.tables.ledger, Key: { pk: row.pk!, sk: row.sk! } }),
    );
    // Missing is what a statement has called sent: the next one does, at the latest.
    const shown = await until(
      'the gap to be missing',
      async () => {
        const told = await stack.trackline('ledger', '--pending-max', '0');
        return told.code === 0 ? null : told;
      },
      30_000,
    );
    expect(shown.code).toBe(1);
    expect(shown.stdout + shown.stderr).toContain(`${row.first!.N}–${row.last!.N}`);
  });

  /** Waits until the ledger has nothing pending, and gives its totals. */
  function ledgerSettled() {
    return until(
      'the ledger to balance',
      async () => {
        const { stdout } = await stack.trackline('ledger', '--json');
        // A table that is busy writing may not answer in time; the command says so, and is asked again.
        if (stdout === '') return null;
        const { totals } = JSON.parse(stdout) as { totals: Record<string, number> };
        // A statement may still be on its way: the ledger must also have heard how far the trackers accepted.
        const accepted = await acceptedByTrackers();
        return totals.pending === 0 && totals.persisted === accepted ? totals : null;
      },
      240_000,
    );
  }

  async function acceptedByTrackers(): Promise<number> {
    const ledgers = await Promise.all(
      stack.file.adminUrls.map(
        async (url) => (await fetch(`${url}/ledger`)).json() as Promise<{ acceptedThrough: number }>,
      ),
    );
    return ledgers.reduce((sum, ledger) => sum + ledger.acceptedThrough, 0);
  }
});
