import type { Random } from '@trackline/domain/clock';
import { newMessageId, type RandomBytes } from '@trackline/domain/message-id';
import type { EventType, RecordedEvent, Transaction } from '@trackline/domain/tracking-event';

/**
 * Events as a tracker on AWS accepts them from the mixed scenario's callers: 70 impressions to 25 clicks and 5
 * transactions; programs and publishers by Zipf's law; user agents as browsers send them today; nine of ten
 * visitors gave their consent.
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

/** Browsers tell another site's origin only ("Referrer Policy", W3C: strict-origin-when-cross-origin). */
const origins = [
  'www.morning-paper.example',
  'blog.example',
  'deals.example',
  'm.forum.example',
  'recipes.example',
];

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
    const programId = `program-${String(zipf(programs, random)).padStart(4, '0')}`;
    const isSale = type === 'transaction';
    return {
      ...place,
      type,
      programId,
      programVersion: 1 + Math.floor(random() * 9),
      publisherId: `publisher-${zipf(publishers, random)}`,
      clickId: isSale ? newMessageId(fromMs, randomBytes) : type === 'click' ? place.messageId : '',
      visitorId: granted && !isSale ? visitorId() : '',
      ip: granted ? `${below(224)}.${below(256)}.${below(256)}.0` : '',
      userAgent: isSale ? 'shop-backend/2.4' : granted ? oneOf(userAgents, random) : '',
      referrer: isSale ? '' : `https://${origins[below(origins.length)]}/`,
      landingUrl:
        type === 'click' ? `https://shop-${below(300)}.example/p/${below(1e6)}?cid=${place.messageId}` : '',
      redirectReason: '',
      vastEvent: '',
      params: isSale ? {} : { sub1: `newsletter-${below(53)}`, sub2: `slot-${below(40)}`, w: '300' },
      transaction: isSale ? transactionOf(place.sequence) : null,
      consent: { choice: granted ? 'granted' : 'denied', basis: 'tcf' },
      bot: random() < 0.02,
      unverified: false,
      instance: 'ip-10-0-21-137-1',
      region: regionCode,
    };
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
