import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { browserMissing, startBrowser } from '../helpers/browser.ts';
import { skipWithout } from '../helpers/real-parts.ts';
import { buildTracker } from '../helpers/tracker.ts';
import { until } from '../helpers/until.ts';

describe.skipIf(skipWithout('a real browser', browserMissing))('the page to try the calls', () => {
  test('makes each call with its examples as they stand, and asks nobody but the two ports', async () => {
    const { url, adminUrl, stream } = await buildTracker({}, true);
    const page = await (await startBrowser({ thirdPartyCookies: false })).newPage();
    const origins = new Set<string>();
    page.on('request', (request) => origins.add(new URL(request.url()).origin));
    const pageUrl = adminUrl.replace('127.0.0.1', 'localhost');
    await page.goto(`${pageUrl}/openapi`);

    expect(await tried(page, 'trackImpression')).toContain('x-tracking-verdict: accepted');
    expect(await tried(page, 'trackTransactionPixel')).toContain('x-tracking-verdict: accepted');
    expect(await tried(page, 'trackTransaction')).toContain('"claims": true');
    expect(await tried(page, 'trackBatch')).toContain('accepted; accepted=2; rejected=0; shed=0');
    expect([...origins].sort()).toEqual([new URL(pageUrl).origin, url].sort());

    // Where a redirect goes no page's script can read; the click counts.
    expect(await tried(page, 'trackClick')).toContain('Failed to fetch');
    await until('six events', () => stream.events.length === 6);
    expect(stream.events.map(({ type }) => type)).toEqual([
      'impression',
      'transaction',
      'transaction',
      'impression',
      'click',
      'click',
    ]);
  });

  /** Opens an operation, makes its call, and gives what the page shows of the answer. */
  async function tried(page: Page, operationId: string): Promise<string> {
    const operation = page.locator(`.opblock[id$="-${operationId}"]`);
    await operation.locator('.opblock-summary').first().click();
    await operation.locator('button.execute').click();
    const answer = operation.locator('.live-responses-table tbody .response');
    await answer.waitFor();
    return answer.innerText();
  }
});
