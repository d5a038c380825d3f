/** Programs of a load: their ids, and the core-data updates that bring them to a stack. */

/** One in so many is paused, and its calls are refused. */
const pausedEvery = 50;

export function programIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `load-${String(index + 1).padStart(5, '0')}`);
}

/** Core-data updates of version 1, as `npm start -- --programs FILE` takes them. */
export function programUpdates(count: number): object[] {
  return programIds(count).map((id, index) => ({
    id,
    version: 1,
    name: `Load ${index + 1}`,
    status: index % pausedEvery === pausedEvery - 1 ? 'paused' : 'active',
    landingUrl: `https://${id}.shop.example/landing/autumn?utm_source=trackline&utm_campaign=${id}&cid={click_id}`,
    deepLinkHosts: ['shop.example', `.${id}.shop.example`],
  }));
}
