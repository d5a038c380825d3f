import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyringBytesMax, readKeyring } from './read-keyring.ts';

const key = Buffer.alloc(32, 0xfb);
const read = (value: unknown) => readKeyring(JSON.stringify(value));

test('gives back the keys by their ids, and nothing for any other', () => {
  const { keyring, problems } = read({ k1: key.toString('base64'), 'k-2_': key.toString('base64url') });
  expect(problems).toEqual([]);
  expect(Buffer.from(keyring.key('k1')!).equals(key)).toBe(true);
  expect(Buffer.from(keyring.key('k-2_')!).equals(key)).toBe(true);
  for (const id of ['', 'k3', 'toString', '__proto__']) expect(keyring.key(id)).toBeNull();
});

test('takes longer keys, and none at all', () => {
  expect(read({ k1: Buffer.alloc(100).toString('base64') }).keyring.key('k1')).toHaveLength(100);
  expect(read({})).toMatchObject({ problems: [] });
});

test('takes a key whose id is that of a member of every object', () => {
  const text = `{"__proto__":"${key.toString('base64')}","constructor":"${key.toString('base64')}"}`;
  const { keyring } = readKeyring(text);
  expect(keyring.key('__proto__')).toHaveLength(32);
  expect(keyring.key('constructor')).toHaveLength(32);
});

describe('what can’t be used is told, and then no key is', () => {
  test.each([
    ['no JSON', '{', 'it is not JSON'],
    ['nothing', '', 'it is not JSON'],
    ['an array', '[]', 'it must be one JSON object of key ids and keys'],
    ['null', 'null', 'it must be one JSON object of key ids and keys'],
    ['text', '"k1"', 'it must be one JSON object of key ids and keys'],
    ['a key of 31 bytes', `{"k1":"${key.subarray(1).toString('base64')}"}`, 'the key k1 must be base64 of'],
    ['an empty key', '{"k1":""}', 'the key k1 must be base64 of at least 32 bytes'],
    ['a key that is no text', '{"k1":{"secret":1}}', 'the key k1 must be'],
    ['a key in hex with a colon', `{"k1":"sha256:${key.toString('hex')}"}`, 'the key k1 must be'],
    ['a key with a space', `{"k1":" ${key.toString('base64')}"}`, 'the key k1 must be'],
    ['an id that is none', `{"k 1":"${key.toString('base64')}"}`, 'the id of key 1 must be'],
    [
      'more than it may hold',
      `{"k1":"${'A'.repeat(keyringBytesMax)}"}`,
      `larger than ${keyringBytesMax} bytes`,
    ],
  ])('%s', (_, text, problem) => {
    const { keyring, problems } = readKeyring(text);
    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(keyring.key('k1')).toBeNull();
  });

  test('a bad one beside a good one, each named', () => {
    const { keyring, problems } = read({ good: key.toString('base64'), bad1: 'x', bad2: 'y' });
    expect(problems.map((problem) => problem.split(' must ')[0])).toEqual(['the key bad1', 'the key bad2']);
    expect(keyring.key('good')).toBeNull();
  });

  test('never with a part of the text other than an id', () => {
    const secret = randomBytes(24).toString('base64');
    const wrong = [`{"k1":"${secret}"`, `"${secret}"`, `{"k1":"${secret}"}`, `{"k1":["${secret}"]}`, secret];
    fc.assert(
      fc.property(fc.constantFrom(...wrong), fc.nat(40), (text, cut) => {
        const { problems } = readKeyring(text.slice(0, text.length - cut));
        expect(problems.join()).not.toContain(secret.slice(0, 6));
      }),
    );
  });
});
