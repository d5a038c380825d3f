import { keyBytesMin } from '@trackline/adapters/keyring/keyring';
import { isSignedBy, linkText } from '@trackline/proto/signature';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryParts } from '../../../test/helpers/cli-parts.ts';
import { FakeClock } from '../../../test/helpers/fake-clock.ts';
import { program, tombstone } from '../../../test/helpers/programs.ts';
import type { Failure } from '../failure.ts';
import { type LinkOptions, link } from './link.ts';

const key = Buffer.alloc(keyBytesMin, 1);
const day = 86_400_000;
let parts: MemoryParts;
let clock: FakeClock;

beforeEach(() => {
  parts = new MemoryParts();
  clock = new FakeClock();
  parts.keyring = { key: (id) => (id === 'k1' || id === 'k2' ? key : null) };
  parts.apply(program({ id: 'shoes', deepLinkHosts: ['.outlet.example'], signingKeyIds: ['k1'] }));
});

const run = (options: Partial<LinkOptions> = {}) =>
  link(parts.context(clock), { program: 'shoes', offline: false, ...options });
const parametersOf = (text: string) => Object.fromEntries(new URL(text).searchParams);

async function failure(options: Partial<LinkOptions>): Promise<Failure> {
  return run(options).then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: Failure) => error,
  );
}

test('a link of a program is short', async () => {
  const { text, json, finding } = await run();
  expect(text(80)).toBe('http://127.0.0.1:8080/v1/click/shoes');
  expect(json).toEqual({
    link: text(80),
    programId: 'shoes',
    publisher: null,
    params: {},
    url: null,
    key: null,
    expiresAt: null,
    refused: null,
  });
  expect(finding).toBeUndefined();
});

test('a link carries publisher, sub-ids and target, each as it was given', async () => {
  const url = 'https://shop.example/ü?a=1&c={click_id}#x';
  const { text, finding } = await run({
    publisher: 'p1',
    sub: { sub1: 'a b+c', sub2: '' },
    url,
    origin: 'https://track.example',
  });
  expect(text(80)).toMatch(/^https:\/\/track\.example\/v1\/click\/shoes\?[\w\-.~%=&!'()*]+$/);
  expect(parametersOf(text(80))).toEqual({ publisher: 'p1', sub1: 'a b+c', sub2: '', url });
  expect(finding).toBeUndefined();
});

test('a signed link goes anywhere, until it ends', async () => {
  const url = 'https://far.example:8443/{sub1}';
  const { text, json, finding } = await run({ url, key: 'k1', expires: 30 * day });
  const { expires, key: keyId, sig } = parametersOf(text(80));
  expect(Number(expires)).toBe(Math.floor((clock.wallMs() + 30 * day) / 1000));
  expect(keyId).toBe('k1');
  expect(
    isSignedBy(linkText({ programId: 'shoes', target: url, expiresAtS: Number(expires) }), sig!, key),
  ).toBe(true);
  expect(json).toMatchObject({ key: 'k1', expiresAt: new Date(Number(expires) * 1000).toISOString() });
  expect(finding).toBeUndefined();
});

describe('that a target would be refused is a finding, with its reason and the way out', () => {
  test.each<[string, Partial<LinkOptions>, RegExp]>([
    ['another host', { url: 'https://far.example/' }, /\(target_host\) Add far\.example to .*deepLinkHosts/],
    ['another port', { url: 'https://shop.example:8443/' }, /\(target_port\) Sign the link/],
    ['an address', { url: 'https://127.0.0.1/' }, /\(target_address\) Sign the link/],
    ['http', { url: 'http://shop.example/' }, /\(target_scheme\) Give it another --url/],
    ['no URL', { url: 'shop' }, /\(target_malformed\) Give it another --url/],
    [
      'a key of others',
      { url: 'https://a.example/', key: 'k2', expires: day },
      /\(target_key\) Add k2 to .*signingKeyIds/,
    ],
    [
      'signed http',
      { url: 'http://a.example/', key: 'k1', expires: day },
      /\(target_scheme\) Give it another/,
    ],
  ])('%s', async (_, options, finding) => {
    const answer = await run(options);
    expect(answer.finding).toMatch(finding);
    expect(answer.finding).toContain((answer.json as { refused: string }).refused);
    expect(parametersOf(answer.text(80)).url).toBe(options.url);
  });
});

describe('offline', () => {
  test('no program is looked at', async () => {
    parts.versions.clear();
    expect((await run({ offline: true, url: 'https://far.example/' })).finding).toBeUndefined();
    expect(
      (await run({ offline: true, url: 'https://a/', key: 'k2', expires: day })).finding,
    ).toBeUndefined();
  });

  test('what no program would allow is a finding', async () => {
    expect((await run({ offline: true, url: 'http://shop.example/' })).finding).toContain('target_scheme');
  });
});

describe('fails', () => {
  test.each<[string, Partial<LinkOptions>, number, RegExp]>([
    ['a key without an expiry', { url: 'https://a/', key: 'k1' }, 2, /--url, --key and --expires/],
    ['an expiry without a key', { url: 'https://a/', expires: day }, 2, /--url, --key and --expires/],
    ['a key without a target', { key: 'k1', expires: day }, 2, /--url, --key and --expires/],
    [
      'a key that the keyring lacks',
      { url: 'https://a/', key: 'k3', expires: day },
      78,
      /no key k3.*--keyring/,
    ],
    ['a program that there is not', { program: 'boots' }, 1, /There is no program boots/],
    ['a link that is too long', { url: `https://shop.example/${'a'.repeat(8192)}` }, 1, /trackers take 8192/],
  ])('%s', async (_, options, exitCode, message) => {
    expect(await failure(options)).toMatchObject({ exitCode, message: expect.stringMatching(message) });
  });

  test('a program that is deleted', async () => {
    parts.apply(tombstone('shoes', 2));
    expect((await failure({})).message).toMatch(/shoes is deleted/);
  });

  test('an origin that nobody tells', async () => {
    parts.trackerUrl = undefined;
    expect(await failure({})).toMatchObject({ exitCode: 2, message: expect.stringMatching(/--origin/) });
  });
});
