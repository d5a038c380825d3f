import type { Random } from '@trackline/domain/clock';
import { newMessageId, type RandomBytes } from '@trackline/domain/message-id';
import type { EventType, RecordedEvent, Transaction } from '@trackline/domain/tracking-event';

/**
 * Events as a tracker accepts them from the callers of the load harness's mixed scenario, made without a tracker: 70
 * impressions to 25 clicks and 5 transactions; programs and publishers by Zipf's law; user agents as browsers send
 * them today, sub-ids, and visitors of whom nine in ten gave their consent. 5,881 events that a tracker made of that
 * scenario took 376 bytes in the mean, with addresses and names of the loopback kind, where these took 393: 284 since
 * ids are bytes.
 */

/** As sent by the browsers that make up most of the traffic; the weights are rough shares. */
const userAgents: readonly (readonly [weight: number, text: string])[] = [
  [
    30,
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36',
  ],
  [
    24,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  ],
  [
    18,
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  ],
  [
    8,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  ],
  [
    6,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15',
  ],
  [
    6,
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0',
  ],
  [4, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0'],
  [
    4,
    'Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0.0.0 Mobile Safari/537.36',
  ],
];

const sites = ['news.example', 'weather.example', 'recipes.example', 'football.example', 'forum.example'];
const placements = ['top', 'sidebar', 'in-article', 'footer', 'newsletter', 'app-home'];

const programs = 1_000;
const publishers = 200;
const regionCode = 'eu-central-1';

export interface MixOptions {
  readonly random: Random;
  readonly writer?: string;
  readonly firstSequence?: number;
  /** When the first is accepted; each further one a millisecond later. */
  readonly fromMs: number;
  /** Shares of a hundred. */
  readonly mix?: Readonly<Record<EventType, number>>;
}

/** The mixed scenario's. */
export const mixedShares = Object.freeze({ impression: 70, click: 25, transaction: 5 });

/** `count` consecutive events of one writer. */
export function mixedEvents(count: number, options: MixOptions): RecordedEvent[] {
  const { random, fromMs, firstSequence = 1, mix = mixedShares } = options;
  const randomBytes: RandomBytes = (target) => {
    for (let i = 0; i < target.length; i++) target[i] = random() * 256;
  };
  const writer = options.writer ?? newMessageId(fromMs, randomBytes);
  const weights = Object.entries(mix).map(([type, share]) => [share, type as EventType] as const);
  return Array.from({ length: count }, (_, index) => {
    const receivedAtMs = fromMs + index;
    const messageId = newMessageId(receivedAtMs, randomBytes);
    return eventOf(oneOf(weights, random), {
      writer,
      sequence: firstSequence + index,
      messageId,
      receivedAtMs,
    });
  });

  function eventOf(
    type: EventType,
    place: Pick<RecordedEvent, 'writer' | 'sequence' | 'messageId' | 'receivedAtMs'>,
  ): RecordedEvent {
    const granted = random() < 0.9;
    const programId = `load-${String(zipf(programs, random)).padStart(5, '0')}`;
    const isSale = type === 'transaction';
    return {
      ...place,
      type,
      programId,
      programVersion: 1 + Math.floor(random() * 9),
      publisherId: `pub-${zipf(publishers, random)}`,
      clickId: isSale ? newMessageId(fromMs, randomBytes) : type === 'click' ? place.messageId : '',
      visitorId: granted && !isSale ? visitorId() : '',
      ip: granted ? `${below(224)}.${below(256)}.${below(256)}.0` : '',
      userAgent: isSale ? 'shop-backend/2.4' : granted ? oneOf(userAgents, random) : '',
      referrer: isSale ? '' : random() < 0.85 ? `https://${sites[below(sites.length)]}/${below(5_000)}` : '',
      landingUrl:
        type === 'click'
          ? `https://${programId}.shop.example/landing/autumn?utm_source=trackline&utm_campaign=${programId}&cid=${place.messageId}`
          : '',
      redirectReason: '',
      vastEvent: '',
      params: isSale ? {} : subIds(),
      transaction: isSale ? transactionOf(place.sequence) : null,
      consent: { choice: granted ? 'granted' : 'denied', basis: 'tcf' },
      bot: random() < 0.02,
      unverified: false,
      instance: 'tracker-1',
      region: regionCode,
    };
  }

  function subIds(): Record<string, string> {
    const usual = { sub1: placements[below(placements.length)]!, sub2: `creative-${below(40)}` };
    return random() < 0.3 ? { ...usual, sub3: below(1e9).toString(36) } : usual;
  }

  function transactionOf(sequence: number): Transaction {
    const amount = (5 + random() * 200).toFixed(2);
    return {
      orderId: `order-${writer.slice(0, 8)}-${sequence}`,
      amount,
      currency: 'EUR',
      status: 'pending',
      claims: true,
    };
  }

  function visitorId(): string {
    const bytes = new Uint8Array(16);
    randomBytes(bytes);
    return Buffer.from(bytes).toString('base64url');
  }

  function below(limit: number): number {
    return Math.floor(random() * limit);
  }
}

/** One of the values, each as often as its weight says. */
function oneOf<T>(weighted: readonly (readonly [weight: number, value: T])[], random: Random): T {
  let left = random() * weighted.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, value] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  return weighted.at(-1)![1];
}

/** A rank of 1 … count, nearly by Zipf's law with exponent 1: half of all are among the first √count. */
function zipf(count: number, random: Random): number {
  return Math.floor(count ** random());
}
