import { expect, onTestFinished, test } from 'vitest';
import { FakeClock } from '../../test/helpers/fake-clock.ts';
import { startScriptedRedis } from '../../test/helpers/scripted-redis.ts';
import { startTcpProxy } from '../../test/helpers/tcp-proxy.ts';
import { until } from '../../test/helpers/until.ts';
import { connectAnnouncements } from './announcements.redis.ts';

/** A link whose waits a test turns by hand, with the longest jitter. */
async function openLink() {
  const redis = await startScriptedRedis();
  const proxy = await startTcpProxy(redis.port);
  const clock = new FakeClock();
  const link = connectAnnouncements({
    url: `redis://127.0.0.1:${proxy.port}`,
    clock,
    random: () => 1,
    pingEveryMs: 60_000,
    pingTimeoutMs: 5_000,
  });
  onTestFinished(async () => {
    await link.close();
    await proxy.close();
    await redis.close();
  });
  const seen = { subscribed: 0, lost: 0 };
  link.open({
    onSubscribed: () => seen.subscribed++,
    onLost: () => seen.lost++,
    onAnnouncement: () => {},
  });
  return { clock, proxy, redis, seen };
}

test('a link that is lost is tried again ever more slowly; one that was up again, soon', async () => {
  const { clock, proxy, redis, seen } = await openLink();
  await until('the subscription', () => seen.subscribed === 1);
  redis.failWith('ERR no subscriptions today', ['SUBSCRIBE']);
  proxy.reset();
  for (const [failures, waitMs] of [50, 100, 200, 400].entries()) {
    await until('the loss', () => seen.lost === failures + 1);
    const tried = proxy.connections;
    await clock.advance(waitMs - 1);
    expect(proxy.connections).toBe(tried);
    if (waitMs === 400) redis.failWith(null);
    await clock.advance(1);
  }
  for (let losses = 0; losses < 3; losses++) {
    await until('the subscription', () => seen.subscribed === 2 + losses);
    proxy.reset();
    await until('the loss', () => seen.lost === 5 + losses);
    await clock.advance(50);
  }
  await until('the subscription', () => seen.subscribed === 5);
});
