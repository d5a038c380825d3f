import { randomBytes } from 'node:crypto';
import { benchProgramIds } from '../parts/programs.ts';

/** What is measured: a kind of call, and what a browser or a server sends for it. */
export type Scenario = 'pixel' | 'click' | 'transaction';

/** The bytes of a call, for each connection its own; of one scenario all are equally long. */
export function requestsOf(scenario: Scenario, connections: number): Buffer[] {
  return Array.from({ length: connections }, (_, index) => Buffer.from(textOf[scenario](index)));
}

const textOf: Readonly<Record<Scenario, (index: number) => string>> = {
  pixel: (index) =>
    browserCall(
      `/v1/impression/${programId(index)}?publisher=${publisher(index)}&sub1=${sub(index)}`,
      index,
      [
        'Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
        ...fetchHeaders('no-cors', 'image'),
      ],
    ),
  click: (index) =>
    browserCall(`/v1/click/${programId(index)}?publisher=${publisher(index)}&sub1=${sub(index)}`, index, [
      'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
      ...fetchHeaders('navigate', 'document'),
      'Sec-Fetch-User: ?1',
      'Upgrade-Insecure-Requests: 1',
    ]),
  transaction(index) {
    const body = JSON.stringify({
      publisher: publisher(index),
      clickId: '019a5f2e-7c3b-7d10-8a44-5d1f0c2b9e61',
      orderId: `order-2026-11-${100_000 + index}`,
      amount: '129.90',
      currency: 'EUR',
      status: 'approved',
      sub1: sub(index),
    });
    return call('POST', `/v1/transaction/${programId(index)}`, [
      'User-Agent: Shop-Postback/4.2',
      'Accept: application/json',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]).concat(body);
  },
};

/** Impressions with as many sub-ids, as long ones, as are taken: the heaviest pixels that count. */
export function heavyRequests(connections: number): Buffer[] {
  return Array.from({ length: connections }, (_, index) => {
    const subs = Array.from(
      { length: 32 },
      (_, at) => `sub${at + 1}=${`${sub(index)}-${at + 10}-`.padEnd(128, 'abcdefgh')}`,
    );
    const path = `/v1/impression/${programId(index)}?publisher=${publisher(index)}&${subs.join('&')}`;
    return Buffer.from(browserCall(path, index, ['Accept: image/*', ...fetchHeaders('no-cors', 'image')]));
  });
}

const programId = (index: number) => benchProgramIds[index % benchProgramIds.length]!;
const publisher = (index: number) => `publisher-${1_000 + index}`;
const sub = (index: number) => `newsletter-${10_000 + index}`;

/** Chrome, as it asks today; versions of one length. */
function browserCall(path: string, index: number, headers: readonly string[]): string {
  const version = 120 + (index % 16);
  return call('GET', path, [
    'Connection: keep-alive',
    `sec-ch-ua: "Chromium";v="${version}", "Not_A Brand";v="99"`,
    'sec-ch-ua-mobile: ?0',
    'sec-ch-ua-platform: "Windows"',
    `User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
    ...headers,
    'Referer: https://magazine.example/',
    'Accept-Encoding: gzip, deflate, br, zstd',
    'Accept-Language: de-DE,de;q=0.9,en;q=0.8',
    `Cookie: __Host-trackline=${randomBytes(16).toString('base64url')}`,
  ]);
}

function fetchHeaders(mode: string, destination: string): string[] {
  return ['Sec-Fetch-Site: cross-site', `Sec-Fetch-Mode: ${mode}`, `Sec-Fetch-Dest: ${destination}`];
}

function call(method: string, path: string, headers: readonly string[]): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: track.example', ...headers, '', ''].join('\r\n');
}
