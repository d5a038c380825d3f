import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkTarget } from './redirect.ts';

const hosts = ['shop.example', '.outlet.example'];
const judge = (target: string, allowed: readonly string[] | null = hosts) => {
  const checked = checkTarget(target, allowed);
  return 'url' in checked ? checked.url.href : checked.reason;
};

describe('a target is taken, as the URL Standard writes it', () => {
  test.each([
    ['on a host of the list', 'https://shop.example/a?b=c#d', 'https://shop.example/a?b=c#d'],
    ['in capitals', 'HTTPS://SHOP.example/A', 'https://shop.example/A'],
    ['without a path', 'https://shop.example', 'https://shop.example/'],
    ['with https’s own port', 'https://shop.example:443/', 'https://shop.example/'],
    ['below an entry with a dot', 'https://a.outlet.example/', 'https://a.outlet.example/'],
    ['far below an entry with a dot', 'https://b.a.outlet.example/', 'https://b.a.outlet.example/'],
    ['with a host in full-width letters', 'https://ｓｈｏｐ.example/', 'https://shop.example/'],
    ['with an ideographic full stop', 'https://shop。example/', 'https://shop.example/'],
    ['with an escaped host', 'https://%73hop%2eexample/', 'https://shop.example/'],
    ['with one slash', 'https:/shop.example/', 'https://shop.example/'],
    ['with three slashes', 'https:///shop.example/', 'https://shop.example/'],
    [
      'with letters beyond ASCII in its path',
      'https://shop.example/schön',
      'https://shop.example/sch%C3%B6n',
    ],
    ['with a space in its path', 'https://shop.example/a b', 'https://shop.example/a%20b'],
    [
      'with an evil query',
      'https://shop.example/?u=//evil.example',
      'https://shop.example/?u=//evil.example',
    ],
    ['with an at sign in its path', 'https://shop.example/@evil', 'https://shop.example/@evil'],
  ])('%s', (_, target, href) => {
    expect(judge(target)).toBe(href);
  });
});

describe('a target is refused', () => {
  test.each([
    ['nothing', '', 'target_malformed'],
    ['a word', 'shop', 'target_malformed'],
    ['//evil', '//evil.example', 'target_malformed'],
    ['//, even with a host of the list', '//shop.example/', 'target_malformed'],
    ['/\\evil', '/\\evil.example', 'target_malformed'],
    ['a path', '/shoes', 'target_malformed'],
    ['a backslash for a slash', 'https:\\\\shop.example/', 'target_malformed'],
    ['a backslash before an at sign', 'https://evil.example\\@shop.example/', 'target_malformed'],
    ['a backslash in its path', 'https://shop.example/a\\b', 'target_malformed'],
    ['a line break', 'https://shop.example/\r\nset-cookie:a=b', 'target_malformed'],
    ['a tab in its scheme', 'ht\ttps://shop.example/', 'target_malformed'],
    ['a tab in its host', 'https://shop.\texample/', 'target_malformed'],
    ['a NUL', 'https://shop.example/\0', 'target_malformed'],
    ['a control character beyond ASCII', 'https://shop.example/\u0085', 'target_malformed'],
    ['a space before it', ' https://shop.example/', 'target_malformed'],
    ['a no-break space after it', 'https://shop.example/\u00a0', 'target_malformed'],
    ['a part of its host that is longer than any', `https://${'a'.repeat(64)}.example/`, 'target_malformed'],
    ['the same of letters beyond ASCII', `https://${'一'.repeat(64)}.example/`, 'target_malformed'],
    ['a space in its host', 'https://shop .example/', 'target_malformed'],
    ['an escaped NUL in its host', 'https://shop.example%00.evil/', 'target_malformed'],
    ['no host', 'https://', 'target_malformed'],
    ['a port that there is not', 'https://shop.example:70000/', 'target_malformed'],
    ['an address that is none', 'https://999.1.1.1/', 'target_malformed'],
    ['a host longer than any name', `https://${'a.'.repeat(200)}shop.example/`, 'target_malformed'],

    ['javascript:', 'javascript:alert(1)', 'target_scheme'],
    ['javascript: dressed up', 'JavaScript://shop.example/%0aalert(1)', 'target_scheme'],
    ['data:', 'data:text/html,<script>alert(1)</script>', 'target_scheme'],
    ['http:', 'http://shop.example/', 'target_scheme'],
    ['ftp:', 'ftp://shop.example/', 'target_scheme'],
    ['file:', 'file:///etc/passwd', 'target_scheme'],
    ['blob: of a host of the list', 'blob:https://shop.example/1', 'target_scheme'],
    ['a scheme that nobody knows', 'shop.example:https', 'target_scheme'],

    ['https://good@evil', 'https://shop.example@evil.example/', 'target_credentials'],
    ['a user name before a host of the list', 'https://user@shop.example/', 'target_credentials'],
    ['a password', 'https://:secret@shop.example/', 'target_credentials'],

    ['another port', 'https://shop.example:8443/', 'target_port'],
    ['http’s port', 'https://shop.example:80/', 'target_port'],
    ['port 0', 'https://shop.example:0/', 'target_port'],

    ['an IP literal', 'https://192.0.2.1/', 'target_address'],
    ['an IP address in decimal', 'https://2130706433/', 'target_address'],
    ['an IP address in hex', 'https://0x7f000001/', 'target_address'],
    ['an IP address in octal', 'https://0177.0.0.1/', 'target_address'],
    ['a short IP address', 'https://127.1/', 'target_address'],
    ['an IP address in circled digits', 'https://①②⑦.0.0.1/', 'target_address'],
    ['an IP address with a dot behind it', 'https://127.0.0.1./', 'target_address'],
    ['an IPv6 literal', 'https://[2001:db8::1]/', 'target_address'],
    ['an IPv4 address in an IPv6 literal', 'https://[::ffff:192.0.2.1]/', 'target_address'],

    ['a host that ends like an allowed one', 'https://notshop.example/', 'target_host'],
    ['a host that begins like an allowed one', 'https://shop.example.evil/', 'target_host'],
    ['a host below an entry without a dot', 'https://www.shop.example/', 'target_host'],
    ['the host that an entry with a dot stands below', 'https://outlet.example/', 'target_host'],
    ['a host that ends like an entry with a dot', 'https://notoutlet.example/', 'target_host'],
    ['an entry with its dot as a host', 'https://.outlet.example/', 'target_host'],
    ['an empty label', 'https://a..outlet.example/', 'target_host'],
    ['a dot behind the host', 'https://shop.example./', 'target_host'],
    ['a letter that only looks like one of the host', 'https://shоp.example/', 'target_host'],
    ['a fraction slash', 'https://shop.example\u2044.evil/', 'target_host'],
  ])('%s', (_, target, reason) => {
    expect(judge(target)).toBe(reason);
  });

  test('any, where no host is allowed', () => {
    expect(judge('https://shop.example/', [])).toBe('target_host');
  });
});

describe('a target that somebody with a key vouches for', () => {
  test.each([
    ['may name any host', 'https://elsewhere.example/a', 'https://elsewhere.example/a'],
    ['may name any port', 'https://elsewhere.example:8443/', 'https://elsewhere.example:8443/'],
    ['must be https', 'http://elsewhere.example/', 'target_scheme'],
    ['must hold no script', 'javascript:alert(1)', 'target_scheme'],
    ['must hold no credentials', 'https://user@elsewhere.example/', 'target_credentials'],
    ['must hold no backslash', 'https://elsewhere.example\\@shop.example/', 'target_malformed'],
    ['must be absolute', '//elsewhere.example/', 'target_malformed'],
  ])('%s', (_, target, outcome) => {
    expect(judge(target, null)).toBe(outcome);
  });
});

test('no text is answered otherwise than with a reason, or with a URL that is taken again as it is', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl({ validSchemes: ['https', 'http', 'data'] }),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(hosts, null), (target, allowed) => {
      const outcome = judge(target, allowed);
      if (!outcome.startsWith('target_')) expect(judge(outcome, allowed)).toBe(outcome);
    }),
  );
});
