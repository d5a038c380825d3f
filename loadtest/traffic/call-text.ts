import type { Random } from '@trackline/domain/clock';
import type { EventType } from '@trackline/domain/tracking-event';
import type { CallKind } from '../engine/call.ts';
import type { Callers } from './callers.ts';
import { pick } from './zipf.ts';

/** Stand in a text for what differs from call to call; as long as what takes their place. */
export const orderMark = '~order~~~~~~~~~~';
export const clickMark = '~click~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~';

export interface CallText {
  readonly text: string;
  /** Of its events, in order. */
  readonly types: readonly EventType[];
}

interface Writing {
  readonly random: Random;
  readonly callers: Callers;
  /** `Host` of the requests. */
  readonly host: string;
  /** Another program each time, or an id of none. */
  readonly programId: () => string;
}

const publishers = Array.from({ length: 200 }, (_, index) => `pub-${index + 1}`);
const placements = ['top', 'sidebar', 'in-article', 'footer', 'newsletter', 'app-home'];
const amounts = ['9.99', '19.90', '24.50', '49.00', '129.90', '349.00'];
const currencies = ['EUR', 'EUR', 'USD', 'GBP', 'CHF'];
/** Of transactions, the share that names the click it came from. */
const attributedShare = 0.8;
const batchEventsMax = 12;

/** Writes one request of a kind. */
export function writeCall(kind: CallKind, programId: string, writing: Writing): CallText {
  const { random } = writing;
  switch (kind) {
    case 'impression': {
      const query = `${link(writing)}${random() < 0.1 ? '&f=b' : ''}`;
      return { text: get(`/v1/impression/${programId}?${query}`, writing), types: ['impression'] };
    }
    case 'click':
      return { text: get(`/v1/click/${programId}?${link(writing)}`, writing), types: ['click'] };
    case 'transaction': {
      const body = JSON.stringify(transaction(random));
      return {
        text: post(`/v1/transaction/${programId}`, 'application/json', body, writing),
        types: ['transaction'],
      };
    }
    case 'lookup':
      return {
        text: get(`/v1/events/${programId}?type=impression&${link(writing)}`, writing),
        types: ['impression'],
      };
    case 'batch':
    case 'beacon': {
      const events = Array.from({ length: 1 + Math.floor(random() * batchEventsMax) }, (_, index) => ({
        type: index % 4 === 3 ? ('click' as const) : ('impression' as const),
        programId: index === 0 ? programId : writing.programId(),
        publisher: pick(publishers, random),
        sub1: pick(placements, random),
      }));
      const type = kind === 'batch' ? 'application/json' : 'text/plain;charset=UTF-8';
      return {
        text: post('/v1/events', type, JSON.stringify(events), writing),
        types: events.map((event) => event.type),
      };
    }
    case 'other':
      return other(programId, writing);
  }
}

/** Rarer things: a transaction by pixel, a prefetch, and a browser that asks whether it may. */
function other(programId: string, writing: Writing): CallText {
  const { random } = writing;
  const kind = random();
  if (kind < 0.4) {
    const query = `order_id=${orderMark}&amount=${pick(amounts, random)}&currency=EUR&${link(writing)}`;
    return { text: get(`/v1/transaction/${programId}?${query}`, writing), types: ['transaction'] };
  }
  if (kind < 0.7) {
    const path = `/v1/click/${programId}?${link(writing)}`;
    return { text: get(path, writing, 'sec-purpose: prefetch\r\n'), types: ['click'] };
  }
  const asks = 'origin: https://shop.example\r\naccess-control-request-method: POST\r\n';
  return { text: `OPTIONS /v1/events HTTP/1.1\r\nhost: ${writing.host}\r\n${asks}\r\n`, types: [] };
}

function link({ random, callers }: Writing): string {
  const sub2 = Math.floor(random() * 40);
  const more = random() < 0.3 ? `&sub3=${Math.floor(random() * 1e9).toString(36)}` : '';
  return `publisher=${pick(publishers, random)}&sub1=${pick(placements, random)}&sub2=creative-${sub2}${more}${callers.consent()}`;
}

function transaction(random: Random): object {
  return {
    orderId: orderMark,
    amount: pick(amounts, random),
    currency: pick(currencies, random),
    status: random() < 0.8 ? 'pending' : 'approved',
    publisher: pick(publishers, random),
    ...(random() < attributedShare && { clickId: clickMark }),
  };
}

function get(path: string, { host, callers }: Writing, more = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: ${host}\r\n${callers.browser()}${more}\r\n`;
}

function post(path: string, type: string, body: string, { host, callers }: Writing): string {
  // Who posts JSON is a server; a beacon is a browser's.
  const caller = type.startsWith('text/')
    ? callers.browser()
    : 'user-agent: shop-backend/3.2\r\naccept: */*\r\n';
  const length = Buffer.byteLength(body, 'latin1');
  return `POST ${path} HTTP/1.1\r\nhost: ${host}\r\n${caller}content-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${body}`;
}
