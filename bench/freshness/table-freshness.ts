import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { connectDynamoDb } from '@trackline/adapters/dynamodb/dynamodb-client.dynamodb';
import { itemOf } from '@trackline/adapters/dynamodb/item.dynamodb';
import { eventKey } from '@trackline/adapters/event-store/event-key';
import { percentile } from '../../test/faults/harness/percentile.ts';
import { pause } from '../../test/helpers/pause.ts';
import { until } from '../../test/helpers/until.ts';
import type { FreshStack } from './fresh-stack.ts';

/** How often calls that are due are made, and how often it is asked which samples can be read. */
const tickEveryMs = 5;
const lookEveryMs = 20;
/** Each of so many accepted events is looked for. */
const sampledOf = 20;
/** BatchGetItem takes no more. */
const keysMax = 100;
const readableInMsMax = 15_000;

export interface TableFreshness {
  /** From the client's answer to the first read that finds the event; each up to 20 ms too high. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly samples: number;
  readonly accepted: number;
  readonly perSecond: number;
}

/**
 * How long after it was accepted an event can be read in its table, under open-loop load.
 *
 * @throws Error where a sample can't be read after 15 s
 */
export async function tableFreshness(
  { stack, programs, calls }: FreshStack,
  perSecond: number,
  seconds: number,
): Promise<TableFreshness> {
  const client = connectDynamoDb({ region: stack.region, endpoint: stack.dynamodbEndpoint });
  const table = stack.tables.trackingEvents;
  const pending = new Map<string, { readonly acceptedAtMs: number; readonly programId: string }>();
  const tookMs: number[] = [];
  let [sent, accepted, answered] = [0, 0, 0];

  async function call(): Promise<void> {
    const { id: programId } = programs[sent++ % programs.length]!;
    const { status, messageId } = await calls.decide(programId);
    answered++;
    if (status === 200 && accepted++ % sampledOf === 0) {
      pending.set(messageId, { acceptedAtMs: performance.now(), programId });
    }
  }

  async function look(): Promise<void> {
    const Keys = [...pending]
      .slice(0, keysMax)
      .map(([messageId, { programId }]) => itemOf(eventKey(programId, messageId)));
    if (Keys.length === 0) return;
    const read = { Keys, ConsistentRead: true, ProjectionExpression: 'sk' };
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: read } }));
    for (const { sk } of Responses?.[table] ?? []) {
      tookMs.push(performance.now() - pending.get(sk!.S!)!.acceptedAtMs);
      pending.delete(sk!.S!);
    }
  }

  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      await look();
      await pause(lookEveryMs);
    }
  })();
  try {
    const fromMs = performance.now();
    const underWay = new Set<Promise<void>>();
    for (let atMs = 0; atMs < seconds * 1000; atMs = performance.now() - fromMs) {
      while (sent < (atMs / 1000) * perSecond) {
        const one = call().finally(() => underWay.delete(one));
        underWay.add(one);
      }
      await pause(tickEveryMs);
    }
    await Promise.all(underWay);
    await until('every sample to be readable', () => pending.size === 0, readableInMsMax);
    const figures = { p50Ms: percentile(tookMs, 0.5), p99Ms: percentile(tookMs, 0.99) };
    return { ...figures, samples: tookMs.length, accepted, perSecond: answered / seconds };
  } finally {
    isOver = true;
    await looking;
    client.destroy();
  }
}
