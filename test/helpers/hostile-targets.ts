import { seededRandom } from './seeded-random.ts';

/**
 * Random redirect targets, most of them built to be taken for one on an allowed host: the parts that readers of URLs
 * are known to disagree on (Orange Tsai, "A New Era of SSRF", 2017), put together and then damaged by chance.
 *
 * @param seed the same makes the same targets
 */
export function hostileTargets(seed: number, allowed: readonly string[]): () => string {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!;
  const often = (chance: number, text: () => string) => (random() < chance ? text() : '');

  const host = () => {
    const good = pick(allowed);
    switch (below(14)) {
      case 0:
        return `evil.example`;
      case 1:
        return `not${good}`;
      case 2:
        return `${good}.evil.example`;
      case 3:
        return `evil.example${pick(damage)}${good}`;
      case 4:
        return `${good}${pick(damage)}.evil.example`;
      case 5:
        return pick(addresses);
      case 6:
        return `a.${good}`;
      case 7:
        return `${pick(['.', '', 'a..'])}${good}.`;
      case 8:
        return [...good].map((letter) => (random() < 0.2 ? lookalike(letter, pick) : letter)).join('');
      case 9:
        return encodeURIComponent(`evil.example${pick(['/', '@', '#', '?', ':', '\\', '\0'])}${good}`);
      default:
        return good;
    }
  };
  const damaged = (text: string) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + pick(damage) + text.slice(at + (random() < 0.5 ? 1 : 0));
  };

  return () => {
    let target =
      pick(schemes) +
      pick(slashes) +
      often(0.1, () => pick(userinfo)) +
      host() +
      often(0.15, () => pick(ports)) +
      often(0.8, () => pick(tails));
    while (random() < 0.25) target = damaged(target);
    return target;
  };
}

const schemes = [
  ...Array<string>(16).fill('https:'),
  ...[
    '',
    'http:',
    'HTTPS:',
    'javascript:',
    'data:',
    'blob:https:',
    'view-source:https:',
    'ht\ttps:',
    'https',
  ],
];
const slashes = [
  ...Array<string>(12).fill('//'),
  '',
  '/',
  '///',
  '\\\\',
  '/\\',
  '\\/',
  '//\t',
  '////',
  '%2f%2f',
];
const userinfo = [
  'good@',
  'shop.example@',
  ':@',
  '@',
  'a:b@',
  'shop.example:443@',
  'shop.example%2f@',
  'a\\@',
];
const ports = [
  ':443',
  ':',
  ':80',
  ':8443',
  ':0',
  ':0443',
  ':65536',
  ':4\t43',
  ':443@evil.example',
  ':-1',
  ':443.',
];
const addresses = [
  ...['127.0.0.1', '2130706433', '0x7f000001', '0177.1', '127.1', '1.2.3.4.', '[::1]', '[::ffff:1.2.3.4]'],
  ...['①②⑦.0.0.1', '0x7f.0x0.0x0.0x1', '[fe80::1%25eth0]', '１２７.0.0.1', '999999999999', '169.254.169.254'],
];
const tails = [
  '/',
  '/a/b',
  '?u=//evil.example',
  '#@evil.example',
  '/../..//evil.example',
  '/{sub1}?c={click_id}',
];
const damage = [
  ...[
    '\\',
    '/',
    '@',
    ':',
    '#',
    '?',
    '.',
    '%',
    '\0',
    '\t',
    '\n',
    '\r',
    ' ',
    '\u00a0',
    '\u00ad',
    '\u200b',
    '\u202e',
  ],
  ...[
    '\u2044',
    '\u3002',
    '\uff0f',
    '\uff3c',
    '\uff20',
    '\uff1a',
    '\uff03',
    '\u2100',
    '\u0338',
    '\ud800',
    '[',
    ']',
  ],
  ...[
    '{sub1}',
    '{click_id}',
    '%2e',
    '%2f',
    '%40',
    '%5c',
    '%00',
    '%09',
    '%23',
    '%ff',
    'xn--',
    '<',
    '^',
    '|',
    '\u{1F600}',
  ],
];

function lookalike(letter: string, pick: (from: readonly string[]) => string): string {
  const code = letter.charCodeAt(0);
  const isLetter = letter >= 'a' && letter <= 'z';
  return pick([
    letter.toUpperCase(),
    `%${code.toString(16)}`,
    isLetter ? String.fromCharCode(0xff41 + code - 97) : '\u3002',
    isLetter ? String.fromCodePoint(0x24d0 + code - 97) : '\uff0e',
    letter === 'o' ? 'о' : letter === 'e' ? 'е' : letter,
  ]);
}
