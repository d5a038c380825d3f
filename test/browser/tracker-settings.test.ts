import { readCorsOrigins } from '@trackline/tracker/http/cors';
import { describe, expect, onTestFinished, test } from 'vitest';
import { browserMissing, startBrowser } from '../helpers/browser.ts';
import { servePages } from '../helpers/page-server.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { buildTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';
import { article, isDrawn } from './ad-pages.ts';

const programId = 'aurora-shoes';

/** What an operator may turn on and a browser alone can tell to be right. */
describe.skipIf(skipWithout('a real browser', browserMissing))('as a browser takes it', () => {
  test('a partitioned cookie tells visitors apart where third-party cookies are blocked, on each site anew', async () => {
    const { url, stream } = await buildTracker(
      { settings: { visitorCookie: { kind: 'partitioned', days: 400 } } },
      true,
    );
    const news = await site('news.localhost', () => article(url, programId));
    const blog = await site('blog.localhost', () => article(url, programId));
    const page = await (await startBrowser({ thirdPartyCookies: false })).newPage();
    for (const address of [news, news, blog]) {
      await page.goto(address);
      await isDrawn(page, 'ad');
    }

    const images = await until('three impressions', () => {
      const events = stream.events.filter(({ params }) => params.sub1 === 'image');
      return events.length === 3 ? events : null;
    });
    const [first, again, elsewhere] = images.map(({ visitorId }) => visitorId);
    expect(first).not.toBe('');
    expect(again).toBe(first);
    expect(elsewhere).not.toBe(first);
  });

  test('a listed page’s script reads the answers; another’s cannot, though its call counts', async () => {
    const [listed, other] = [await site('news.localhost'), await site('blog.localhost')];
    const { url, stream } = await buildTracker({ settings: { cors: readCorsOrigins(listed) } }, true);
    const page = await (await startBrowser({ thirdPartyCookies: false })).newPage();
    const read = async (from: string, contentType: string, sub1: string) => {
      await page.goto(from);
      const body = JSON.stringify([{ type: 'impression', programId, params: { sub1 } }]);
      const call = { method: 'POST', credentials: 'include', headers: { 'content-type': contentType }, body };
      return page.evaluate(
        `fetch('${url}/v1/events', ${JSON.stringify(call)}).then((reply) => reply.json(), ({ name }) => name)`,
      );
    };

    const accepted = { outcomes: [{ messageId: expect.any(String), verdict: 'accepted' }] };
    expect(await read(listed, 'application/json', 'listed')).toEqual(accepted);
    expect(await read(other, 'text/plain', 'other')).toBe('TypeError');
    // This one is asked for beforehand, and then not even sent.
    expect(await read(other, 'application/json', 'preflighted')).toBe('TypeError');
    await until('two events', () => stream.events.length === 2);
    expect(stream.events.map(({ params }) => params.sub1)).toEqual(['listed', 'other']);
  });

  /** A site whose pages are all the same; closed with the test. */
  async function site(host: string, page = () => '<!doctype html><title>Nothing</title>'): Promise<string> {
    const { url, close } = await servePages(host, page);
    onTestFinished(close);
    return url;
  }
});
