import { Agent, type IncomingMessage, request } from 'node:http';
import type { Random } from '@trackline/domain/clock';
import { pause } from '../../helpers/pause.ts';
import type { Oracle } from './oracle.ts';

export interface LoadOptions {
  /** Public URLs of trackers, called in turn. */
  readonly urls: readonly string[];
  readonly oracle: Oracle;
  readonly random: Random;
  /** Calls a second, at most. */
  readonly perSecond: number;
  /** Calls under way at once, at most, over so many connections that are kept alive. */
  readonly concurrency: number;
  readonly programIds: readonly string[];
  /** The share of transactions; the other calls are impressions. */
  readonly transactionShare?: number;
  /** How long a client waits for an answer. */
  readonly timeoutMs?: number;
  /** Every answer, with how long it took. */
  readonly onAnswer?: (tookMs: number, status: number) => void;
}

export interface LoadCounts {
  sent: number;
  accepted: number;
  /** Answered with a verdict of our own other than "accepted", by that verdict. */
  readonly otherwise: Record<string, number>;
  /** No answer, or only a part of one: what became of the call, the client can't know. */
  unanswered: number;
  /** Nobody listened: no such call was ever heard. */
  refused: number;
}

export interface Load {
  readonly counts: Readonly<LoadCounts>;
  /**
   * Resolves when all calls under way are over; none is begun any more.
   *
   * @throws Error where a tracker answered what it never should
   */
  stop(): Promise<LoadCounts>;
}

/** How far the clients may be behind their rate and still make up for it. */
const behindMsMax = 1_000;
const refusedPauseMs = 100;
/** Tells the orders of one load from those of another. */
let loads = 0;

/**
 * Clients that call trackers on the two routes that answer with the message id, and tell the oracle what they
 * heard. Nothing is sent twice.
 */
export function startLoad(options: LoadOptions): Load {
  const { urls, oracle, random, concurrency, programIds } = options;
  const { transactionShare = 0.05, timeoutMs = 15_000 } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const counts: LoadCounts = { sent: 0, accepted: 0, otherwise: {}, unanswered: 0, refused: 0 };
  const load = ++loads;
  let stopping = false;
  let dueMs = performance.now();

  async function client(): Promise<void> {
    while (!stopping) {
      const nowMs = performance.now();
      dueMs = Math.max(dueMs, nowMs - behindMsMax) + 1_000 / options.perSecond;
      if (dueMs > nowMs) await pause(dueMs - nowMs);
      if (stopping) return;
      const heard = await call(counts.sent++);
      if (heard === 'refused') await pause(refusedPauseMs);
    }
  }

  async function call(number: number): Promise<'answered' | 'unanswered' | 'refused'> {
    const programId = programIds[number % programIds.length]!;
    const isOrder = random() < transactionShare;
    const order = isOrder ? { orderId: `o-${load}-${number}`, amount: '19.90', currency: 'EUR' } : null;
    const path = isOrder
      ? `/v1/transaction/${programId}?publisher=p1`
      : `/v1/events/${programId}?type=impression&publisher=p1`;
    const fromMs = performance.now();
    let answer: Answer;
    try {
      answer = await ask(`${urls[number % urls.length]}${path}`, order);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') {
        counts.refused++;
        return 'refused';
      }
      counts.unanswered++;
      oracle.noteUnheard();
      return 'unanswered';
    }
    options.onAnswer?.(performance.now() - fromMs, answer.status);
    take(answer);
    return 'answered';
  }

  function take({ status, verdict, body }: Answer): void {
    if (verdict !== 'accepted') {
      counts.otherwise[verdict] = (counts.otherwise[verdict] ?? 0) + 1;
      // Such an event is kept, and will be sent, whatever its client makes of the answer.
      if (verdict.endsWith('=stream_unconfirmed')) oracle.noteUnheard();
      return;
    }
    const messageId = /"messageId":"([0-9a-f-]{36})"/.exec(body)?.[1];
    if (messageId === undefined) throw new Error(`Accepted without a message id: ${status} ${body}`);
    oracle.accept(messageId);
    counts.accepted++;
  }

  function ask(url: string, body: object | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body && JSON.stringify(body);
      const asked = request(url, {
        agent,
        timeout: timeoutMs,
        method: text === null ? 'GET' : 'POST',
        ...(text !== null && {
          headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
        }),
      });
      asked.on('error', reject);
      asked.on('timeout', () => asked.destroy(new Error('No answer in time.')));
      asked.on('response', (answer) => read(answer).then(resolve, reject));
      asked.end(text ?? undefined);
    });
  }

  const clients = Promise.all(Array.from({ length: concurrency }, client));
  // Whoever stops the load hears of it.
  clients.catch(() => {});
  return {
    counts,
    async stop() {
      stopping = true;
      await clients;
      agent.destroy();
      return counts;
    },
  };
}

/** What a tracker says while its machine is busy with others: no fault of what is tried here. */
export const busy = 'shed; reason=overloaded';

/** How many calls were not answered "accepted", where all should have been: a violation in words, or none. */
export function shortfall({ otherwise, unanswered, refused }: LoadCounts): string[] {
  const { [busy]: _, ...others } = otherwise;
  const calls = Object.values(others).reduce((all, each) => all + each, unanswered + refused);
  if (calls === 0) return [];
  return [`${calls} calls were not accepted: ${JSON.stringify({ ...others, unanswered, refused })}`];
}

interface Answer {
  readonly status: number;
  readonly verdict: string;
  readonly body: string;
}

async function read(answer: IncomingMessage): Promise<Answer> {
  let body = '';
  for await (const chunk of answer.setEncoding('utf8')) body += chunk;
  const verdict = answer.headers['x-tracking-verdict'];
  return { status: answer.statusCode!, verdict: String(verdict ?? 'none'), body };
}
