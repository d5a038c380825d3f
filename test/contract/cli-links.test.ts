import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CliStack, failure, run } from './cli-stack.ts';

let cli: CliStack;

beforeAll(async () => {
  cli = await CliStack.start();
});
afterAll(() => cli?.stop());

const aurora = 'aurora-shoes';
const borealis = 'borealis-travel';

/** Follows a link, not further than to where a browser would be sent. */
async function follow(link: string) {
  const reply = await fetch(link, { redirect: 'manual' });
  const { status, headers } = reply;
  return { status, location: headers.get('location'), verdict: headers.get('x-tracking-verdict') };
}

/** Where clicks on the sample go, unless told otherwise; the macro filled in. */
const landing = /^https:\/\/shop\.example\/shoes\?utm_source=trackline&cid=[0-9a-f-]{36}$/;

async function linkOf(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli.trackline('link', ...args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.trimEnd();
}

describe('a link that the command line prints', () => {
  test('leads to the landing URL', async () => {
    const link = await linkOf('--program', aurora, '--publisher', 'p1', '--sub', 'sub1=a b');
    expect(await follow(link)).toEqual({
      status: 302,
      location: expect.stringMatching(landing),
      verdict: 'accepted',
    });
  });

  test('leads to a target on the program’s hosts, with its macros filled in', async () => {
    const url = 'https://a.outlet.shop.example/boots?s={sub1}&p={publisher_id}';
    const link = await linkOf('--program', aurora, '--publisher', 'p1', '--sub', 'sub1=a&b', '--url', url);
    expect((await follow(link)).location).toBe('https://a.outlet.shop.example/boots?s=a%26b&p=p1');
  });

  test('leads anywhere, signed with the key that the stack has made', async () => {
    expect(statSync(cli.file.keyring!).mode & 0o777).toBe(0o600);
    const url = 'https://deals.example/ü?p={program_id}';
    const link = await linkOf('--program', borealis, '--url', url, '--key', 'local-1', '--expires', '30d');
    expect((await follow(link)).location).toBe('https://deals.example/%C3%BC?p=borealis-travel');
    // Changed by one character, it is not what was signed.
    const changed = link.replace('deals', 'steals');
    expect((await follow(changed)).location).toBe('https://travel.example/city-trips');
  });
});

test('a target that would be refused is told, and is refused', async () => {
  const { code, stdout, stderr } = await cli.trackline(
    'link',
    '--program',
    aurora,
    '--url',
    'https://far.example/',
  );
  expect(code).toBe(1);
  expect(stderr).toMatch(/\(target_host\) Add far\.example to the program's deepLinkHosts/);
  const { location, verdict } = await follow(stdout.trimEnd());
  expect({ location, verdict }).toEqual({
    location: expect.stringMatching(landing),
    verdict: 'accepted',
  });
});

test('a link can be made without any system, and no secret is told', async () => {
  const args = [
    'link',
    '--program',
    'x',
    '--url',
    'https://far.example/',
    '--key',
    'local-1',
    '--expires',
    '1d',
  ];
  const offline = [...args, '--offline', '--origin', 'https://track.example', '--keyring', cli.file.keyring!];
  const { code, stdout } = await run([...offline, '--json'], { cwd: cli.folder });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).link).toMatch(/^https:\/\/track\.example\/v1\/click\/x\?url=.*&sig=[\w-]{43}$/);

  const secret = Object.values(
    JSON.parse(readFileSync(cli.file.keyring!, 'utf8')) as Record<string, string>,
  )[0]!;
  const environment = { TRACKLINE_KEYRING: JSON.stringify({ 'local-1': secret.slice(4) }) };
  const told = await failure(run(offline.slice(0, -2), { cwd: cli.folder, environment }), 78);
  expect(told).toContain('local-1');
  expect(told).not.toContain(secret.slice(4, 12));
});
