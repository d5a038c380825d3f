import type { Page } from 'playwright-core';

/** What a publisher's page holds of an ad: its impression, its link, and what it still sends as it is left. */
export function article(trackerUrl: string, programId: string): string {
  const query = (sub: string) => `publisher=p1&sub1=${sub}`;
  const batch = (sub: string) =>
    JSON.stringify([{ type: 'impression', programId, publisher: 'p1', params: { sub1: sub } }]);
  return `<!doctype html>
<title>News</title>
<img id="ad" alt="" src="${trackerUrl}/v1/impression/${programId}?${query('image')}">
<a id="link" href="${trackerUrl}/v1/click/${programId}?${query('link')}">Shoes</a>
<script>
  addEventListener('pagehide', () => {
    const events = '${trackerUrl}/v1/events';
    navigator.sendBeacon(events, '${batch('beacon')}');
    fetch(events, {
      method: 'POST',
      body: '${batch('keepalive')}',
      keepalive: true,
      mode: 'no-cors',
      credentials: 'include',
    });
  });
</script>`;
}

/** Where the shop's visitors land: it remembers the click that brought them. */
export function landing(): string {
  return `<!doctype html>
<title>Shoes</title>
<a id="buy" href="thanks">Buy</a>
<script>
  sessionStorage.setItem('click', new URLSearchParams(location.search).get('cid'));
</script>`;
}

/** Where the shop thanks for an order, and reports it with the click. */
export function thanks(trackerUrl: string, programId: string, orderId: string): string {
  const order = `order_id=${orderId}&amount=19.90&currency=EUR&status=pending`;
  return `<!doctype html>
<title>Thank you</title>
<body>
<script>
  const pixel = document.body.appendChild(new Image());
  pixel.id = 'order';
  pixel.src = '${trackerUrl}/v1/transaction/${programId}?${order}&click_id=' + sessionStorage.getItem('click');
</script>`;
}

/** Waits until one of their images is there as an image: the answer of the tracker was one. */
export async function isDrawn(page: Page, id: string): Promise<void> {
  await page.waitForFunction(`document.querySelector('#${id}')?.naturalWidth === 1`);
}
