import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { browserMissing, startBrowser } from '../helpers/browser.ts';
import { tableReader } from '../helpers/event-table.ts';
import { servePages } from '../helpers/page-server.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { type RunningStack, startStack, stateFolder } from '../helpers/stack.ts';
import { until } from '../helpers/until.ts';
import { article, isDrawn, landing, thanks } from './ad-pages.ts';

/** Each test has a program of its own. */
const programs = ['cookies', 'no-cookies', 'gpc'] as const;
type ProgramId = (typeof programs)[number];

/**
 * The way of an ad through a real browser: from a publisher's page over the tracker to a shop, three sites that
 * do not know each other. The browser counts loopback as secure, so `Secure` and `__Host-` cookies work
 * without TLS.
 */
describe.skipIf(skipWithout('a real browser', browserMissing))('an ad in a browser', () => {
  const state = stateFolder();
  let stack: RunningStack;
  let tables: ReturnType<typeof tableReader>;
  let news: Awaited<ReturnType<typeof servePages>>;
  let shop: Awaited<ReturnType<typeof servePages>>;

  beforeAll(async () => {
    stack = await startStack(state.path, ['--dynamodb', 'dynalite']);
    tables = tableReader(stack.file);
    const { trackerUrl } = stack.file;
    news = await servePages('news.localhost', (path) => article(trackerUrl, path.slice(1)));
    shop = await servePages('shop.localhost', (path) => {
      const [programId, page] = path.slice(1).split('/');
      if (page === 'shoes') return landing();
      return page === 'thanks' ? thanks(trackerUrl, programId!, `order-of-${programId}`) : null;
    });
    const file = join(state.path, 'programs.json');
    const updates = programs.map((id) => ({
      id,
      version: 1,
      name: `Shoes, ${id}`,
      status: 'active',
      landingUrl: `${shop.url}/${id}/shoes?cid={click_id}`,
    }));
    writeFileSync(file, JSON.stringify(updates));
    expect(await stack.trackline('program', 'import', file)).toMatchObject({ code: 0, stderr: '' });
  });
  afterAll(async () => {
    await Promise.all([news?.close(), shop?.close()]);
    tables?.close();
    await stack?.stop();
    state.remove();
  });

  test('its image, link, beacons and order are in the tables, all of one visitor, the order attributed to the click', async () => {
    const browser = await startBrowser({ thirdPartyCookies: true });
    const page = await browser.newPage();
    const clickId = await follow(page, 'cookies');
    await buy(page, 'cookies', clickId);

    const events = await allEventsOf('cookies', 5);
    expect(events.map(({ type, sub }) => `${type} ${sub}`).sort()).toEqual([
      'click link',
      'impression beacon',
      'impression image',
      'impression keepalive',
      'transaction ',
    ]);
    expect(events.find(({ type }) => type === 'click')).toMatchObject({
      messageId: clickId,
      publisher: 'p1',
    });
    expect(events.find(({ type }) => type === 'transaction')).toMatchObject({ clickId });
    const [cookie, ...others] = await browser.cookies();
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({
      name: '__Host-trackline',
      httpOnly: true,
      secure: true,
      sameSite: 'None',
    });
    expect(new Set(events.map(({ visitorId }) => visitorId))).toEqual(new Set([cookie!.value]));
    expect(await orderOf('cookies')).toMatchObject({
      clickId: { S: clickId },
      publisherId: { S: 'p1' },
      amount: { S: '19.90' },
      currency: { S: 'EUR' },
      status: { S: 'pending' },
      attribution: { S: 'attributed' },
    });
  });

  test('a browser that blocks third-party cookies is no longer one visitor, but its order is still the click’s', async () => {
    const page = await (await startBrowser({ thirdPartyCookies: false })).newPage();
    const clickId = await follow(page, 'no-cookies');
    await buy(page, 'no-cookies', clickId);

    const events = await allEventsOf('no-cookies', 5);
    const made = events.map(({ visitorId }) => visitorId).filter((id) => id !== '');
    // Image, link and order were each given one; what is sent as a page is left gives none.
    expect(made).toHaveLength(3);
    expect(new Set(made).size).toBe(3);
    expect(await orderOf('no-cookies')).toMatchObject({
      clickId: { S: clickId },
      attribution: { S: 'attributed' },
    });
  });

  test('a browser with Global Privacy Control gets no cookie, and nothing of it is kept', async () => {
    // It gets these headers to all but what is sent as a page is left, which playwright does not reach.
    const browser = await startBrowser({ thirdPartyCookies: true, headers: { 'sec-gpc': '1' } });
    await follow(await browser.newPage(), 'gpc');
    expect(await browser.cookies()).toEqual([]);

    const events = await allEventsOf('gpc', 4);
    const seen = events.filter(({ sub }) => sub === 'image' || sub === 'link');
    expect(seen).toHaveLength(2);
    for (const { item, visitorId } of seen) {
      expect(item.consent).toEqual({ M: { choice: { S: 'denied' }, basis: { S: 'gpc' } } });
      expect(visitorId).toBe('');
      expect(item).not.toHaveProperty('ip');
      expect(item).not.toHaveProperty('userAgent');
    }
  });

  /** Opens the publisher's page, follows the ad to the shop, and gives the click id that came with it. */
  async function follow(page: Page, programId: ProgramId): Promise<string> {
    await page.goto(`${news.url}/${programId}`);
    await isDrawn(page, 'ad');
    await page.click('#link');
    await page.waitForURL(`${shop.url}/${programId}/shoes?cid=*`);
    return new URL(page.url()).searchParams.get('cid')!;
  }

  /** Buys once the click is stored, as people do: what overtakes its click is only attributed when read. */
  async function buy(page: Page, programId: ProgramId, clickId: string): Promise<void> {
    await until('the click', async () =>
      (await eventsOf(programId)).some(({ messageId }) => messageId === clickId),
    );
    await page.click('#buy');
    await page.waitForURL('**/thanks');
    await isDrawn(page, 'order');
  }

  async function eventsOf(programId: ProgramId) {
    const items = await tables.items(stack.file.tables.trackingEvents);
    return items
      .filter((item) => item.programId?.S === programId)
      .map((item) => ({
        item,
        messageId: item.sk!.S!,
        type: item.type!.S!,
        publisher: item.publisherId?.S ?? '',
        clickId: item.clickId?.S ?? '',
        visitorId: item.visitorId?.S ?? '',
        sub: item.params?.M?.sub1?.S ?? '',
      }));
  }

  function allEventsOf(programId: ProgramId, count: number) {
    return until(`${count} events of ${programId}`, async () => {
      const events = await eventsOf(programId);
      return events.length === count ? events : null;
    });
  }

  function orderOf(programId: ProgramId) {
    return until(`the order of ${programId}`, async () => {
      const orders = await tables.items(stack.file.tables.transactions);
      return orders.find((item) => item.pk!.S === programId && item.sk!.S === `order-of-${programId}`);
    });
  }
});
