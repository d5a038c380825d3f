import type { Random } from '@trackline/domain/clock';
import { pick, weighted } from './zipf.ts';

/** Who calls: browsers as they are met on the web in 2026, some robots, and what they send of themselves. */

const chrome = (platform: string, version: number, mobile = '') =>
  `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0${mobile} Safari/537.36`;
const windows = 'Windows NT 10.0; Win64; x64';
const mac = 'Macintosh; Intel Mac OS X 10_15_7';
const android = 'Linux; Android 10; K';
const iPhone = (os: string, version: string) =>
  `Mozilla/5.0 (iPhone; CPU iPhone OS ${os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) ` +
  `Version/${version} Mobile/15E148 Safari/604.1`;

/** Each with how often it comes. */
const userAgents: readonly (readonly [number, string])[] = [
  [19, chrome(windows, 142)],
  [8, chrome(windows, 141)],
  [3, chrome(windows, 138)],
  [7, chrome(mac, 142)],
  [17, chrome(android, 142, ' Mobile')],
  [7, chrome(android, 141, ' Mobile')],
  [2, chrome(android, 131, ' Mobile')],
  [2, chrome('X11; Linux x86_64', 142)],
  [9, iPhone('18_7', '26.1')],
  [5, iPhone('18_6', '18.6')],
  [
    4,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15',
  ],
  [5, `${chrome(windows, 142)} Edg/142.0.0.0`],
  [3, 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0'],
  [1, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  [1, 'Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0'],
  [2, chrome('Linux; Android 10; K', 136, ' Mobile').replace('Chrome', 'SamsungBrowser/29.0 Chrome')],
  [1, `${chrome(windows, 141)} OPR/125.0.0.0`],
  [1.5, 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  [0.8, 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)'],
  [0.7, 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'],
  [
    0.6,
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  ],
  [0.4, 'curl/8.14.1'],
];

const languages = [
  'en-US,en;q=0.9',
  'de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7',
  'fr-FR,fr;q=0.9',
  'es-ES,es;q=0.9',
  'nl',
];

const sites = ['news.example', 'weather.example', 'recipes.example', 'football.example', 'forum.example'];

/**
 * TC strings as a consent manager writes them: agreed to all, refused all, and to some; made with
 * `@iabtcf/core`.
 */
const tcStrings = [
  'CQuMEMAQuMEMAAHABAENABEgAP_AAEPAAAAAAAstttttttttttttttgB2AAG2222222AA.YAAAAAAAAAAA',
  'CQuMEMAQuMEMAAHABAENABEgAAAAAAAAAAAAAAAAAAAA.YAAAAAAAAAAA',
  'CQuMEMAQuMEMAAHABAENABEgALAAAALAAAAAAeQAwAAgAfAB4AD4AAAACAAA.YAAAAAAAAAAA',
] as const;
const tcWeights = [6, 3, 1];

const shares = { returning: 0.6, referer: 0.85, globalPrivacyControl: 0.03, tcf: 0.35, usPrivacy: 0.05 };

export interface Callers {
  /** Header lines of a browser, each ended. */
  browser(): string;
  /** Parameters about consent for a query, with a leading `&`; often none. */
  consent(): string;
}

/** @param visitors how many people come again, whose cookie is known */
export function buildCallers(random: Random, visitors = 5_000): Callers {
  const userAgent = weighted(
    userAgents.map(([weight]) => weight),
    random,
  );
  const tcString = weighted(tcWeights, random);
  const cookies = Array.from({ length: visitors }, () => visitorId(random));
  return {
    browser() {
      const lines = [
        `user-agent: ${userAgents[userAgent()]![1]}`,
        'accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
        `accept-language: ${pick(languages, random)}`,
        'accept-encoding: gzip, deflate, br, zstd',
        'sec-fetch-dest: image',
        'sec-fetch-mode: no-cors',
        'sec-fetch-site: cross-site',
      ];
      if (random() < shares.referer) {
        lines.push(`referer: https://${pick(sites, random)}/${Math.floor(random() * 5_000)}`);
      }
      if (random() < shares.returning) lines.push(`cookie: __Host-trackline=${pick(cookies, random)}`);
      if (random() < shares.globalPrivacyControl) lines.push('sec-gpc: 1');
      return `${lines.join('\r\n')}\r\n`;
    },
    consent() {
      const kind = random();
      if (kind < shares.tcf) return `&gdpr=1&gdpr_consent=${tcStrings[tcString()]}`;
      return kind < shares.tcf + shares.usPrivacy ? '&us_privacy=1YNN' : '';
    },
  };
}

/** 128 bits as the tracker's cookie has them: 22 characters of base64url, whose last carries two bits. */
function visitorId(random: Random): string {
  const bytes = Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256)));
  return bytes.toString('base64url');
}
