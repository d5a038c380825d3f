import { describe, expect, test } from 'vitest';
import { attackedTracker, crlf, get } from '../helpers/attacked-tracker.ts';

const attacked = attackedTracker();
const { say } = attacked;

describe('methods that ask for nothing', () => {
  test('prefetch, `HEAD`, `OPTIONS` → answered, ignored', async () => {
    const path = '/v1/impression/aurora-shoes';
    for (const bytes of [
      get(path, 'Sec-Purpose: prefetch'),
      get(path, 'Purpose: prefetch;prerender'),
      crlf(`OPTIONS ${path} HTTP/1.1`, 'Host: a'),
      crlf('OPTIONS * HTTP/1.1', 'Host: a'),
    ]) {
      expect(await say(bytes)).toMatchObject({ headers: { 'x-tracking-verdict': 'ignored' } });
    }
    const connection = await attacked.open();
    void connection.send(crlf(`HEAD ${path} HTTP/1.1`, 'Host: a', 'Connection: close'));
    const text = await connection.rest();
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*x-tracking-verdict: ignored[\s\S]*\r\n\r\n$/);
  });

  test.each([
    ['a broken escape in the path', 400, '/v1/impression/%zz'],
    ['a broken escape in a parameter', 400, '/v1/impression/aurora-shoes?publisher=%zz'],
    ['an id outside the pattern', 400, '/v1/click/aurora.shoes'],
    ['an id of 65 characters', 414, `/v1/events/${'a'.repeat(65)}?type=click`],
    ['no event type', 400, '/v1/events/aurora-shoes'],
    ['a publisher of 65 characters', 414, `/v1/impression/aurora-shoes?publisher=${'p'.repeat(65)}`],
    ['an unknown program', 404, '/v1/click/nowhere'],
    ['an unknown route', 404, '/v2'],
    ['a URL over 8 KB', 414, `/v1/impression/${'a'.repeat(9_000)}`],
    ['an expectation', 417, '/v1/impression/aurora-shoes', 'Expect: miracles'],
    ['headers over 16 KB', 431, '/v1/impression/aurora-shoes', `Cookie: a=${'x'.repeat(17_000)}`],
  ] as [string, number, string, ...string[]][])(
    '%s keeps its status of %i, and is ignored',
    async (...given) => {
      const [, status, path, ...headers] = given;
      const before = (await totals()).rejected;
      const answers = {
        HEAD: await headOf(crlf(`HEAD ${path} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers)),
        prefetch: await headOf(get(path, 'Sec-Purpose: prefetch', 'Connection: close', ...headers)),
      };
      for (const head of Object.values(answers)) {
        expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
        expect(head).toContain('\r\nx-tracking-verdict: ignored\r\n');
      }
      expect((await totals()).rejected).toBe(before);
    },
  );

  async function headOf(bytes: string): Promise<string> {
    const connection = await attacked.open();
    void connection.send(bytes);
    return (await connection.rest()).split('\r\n\r\n')[0]!;
  }

  async function totals(): Promise<{ readonly rejected: number }> {
    return (await (await attacked.admin('/ledger')).json()) as { rejected: number };
  }
});
