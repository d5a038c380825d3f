import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../../../test/helpers/fake-clock.ts';
import { limits as usual } from '../../limits.ts';
import { Overload, type OverloadTelemetry } from './overload.ts';

const MiB = 1024 * 1024;

/** Bounds that are easy to reckon with. */
const limits = {
  ...usual,
  overloadLoopDelayMsHigh: 150,
  overloadLoopDelayMsLow: 75,
  overloadWindowMs: 250,
  overloadTickEveryMs: 50,
};

function build() {
  const clock = new FakeClock();
  const spool = { queuedBytes: 0 };
  const told: string[] = [];
  const telemetry: OverloadTelemetry = {
    overloadBegan: ({ trigger, queuedBytes, loopDelayMs }) =>
      told.push(`${trigger} began: ${queuedBytes} B, ${loopDelayMs} ms`),
    overloadEnded: ({ trigger, tookMs }) => told.push(`${trigger} ended after ${tookMs} ms`),
  };
  const loop = { use: 1 };
  const overload = new Overload({ spool, clock, loopUse: () => loop.use, limits, telemetry });
  overload.start();
  return { clock, loop, spool, told, overload };
}

describe('overload by what waits for the disk', () => {
  test('begins at the high mark, lasts down to the low one, and begins again at the high one only', () => {
    const { spool, overload } = build();
    const seen = [0, 8 * MiB - 1, 8 * MiB, 5 * MiB, 4 * MiB + 1, 4 * MiB, 8 * MiB - 1, 8 * MiB].map(
      (bytes) => {
        spool.queuedBytes = bytes;
        return overload.lasts;
      },
    );
    expect(seen).toEqual([false, false, true, true, true, false, false, true]);
  });

  test('its end is seen and told where nobody calls any more', async () => {
    const { clock, spool, told, overload } = build();
    spool.queuedBytes = 9 * MiB;
    expect(overload.lasts).toBe(true);
    spool.queuedBytes = 0;
    await clock.advance(limits.overloadTickEveryMs);
    expect(overload.by('queue')).toBe(false);
    expect(told).toEqual([`queue began: ${9 * MiB} B, 0 ms`, 'queue ended after 50 ms']);
  });
});

describe('overload by the event loop', () => {
  /** Ticks that come so late, one after the other. Returns after which of them calls are shed. */
  async function late(built: ReturnType<typeof build>, ...latenessMs: number[]): Promise<boolean[]> {
    const seen: boolean[] = [];
    for (const ms of latenessMs) {
      await built.clock.stall(limits.overloadTickEveryMs + ms);
      seen.push(built.overload.lasts);
    }
    return seen;
  }

  test('a loop that is in time sheds nobody', async () => {
    const built = build();
    await built.clock.advance(10_000);
    expect(built.overload.lasts).toBe(false);
    expect(built.told).toEqual([]);
  });

  test('one hiccup sheds nobody, however long: not at the start, and not between ticks that are in time', async () => {
    expect(await late(build(), 5_000, 0, 5_000, 0)).toEqual([false, false, false, false]);
    expect(await late(build(), 0, 0, 5_000, 0, 0)).toEqual([false, false, false, false, false]);
  });

  test('two ticks as late as the high mark begin it, also where they are further apart than a window', async () => {
    expect(await late(build(), 150, 150)).toEqual([false, true]);
    expect(await late(build(), 2_000, 2_000)).toEqual([false, true]);
    expect(await late(build(), 149, 149, 149)).toEqual([false, false, false]);
  });

  test('a tick that was in time counts for as long as it is in the window', async () => {
    // At 50, 250 and 450 ms: by the third, the first is out of it.
    expect(await late(build(), 0, 150, 150)).toEqual([false, false, true]);
    // Every third tick is in time.
    expect(await late(build(), 150, 0, 150, 0, 150, 0)).toEqual(Array(6).fill(false));
  });

  test('a loop that had time to spare is not late, however late it was woken', async () => {
    const built = build();
    built.loop.use = usual.overloadLoopUsePercent / 100 - 0.01;
    expect(await late(built, 5_000, 5_000, 5_000)).toEqual([false, false, false]);
    built.loop.use += 0.01;
    expect(await late(built, 5_000, 5_000)).toEqual([false, true]);
  });

  test('lasts down to the low mark, and tells when it began and ended', async () => {
    const built = build();
    expect(await late(built, 200, 200, 76, 149, 76, 75, 149, 149)).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(built.told).toEqual(['loop began: 0 B, 200 ms', 'loop ended after 576 ms']);
  });

  test('is not watched any more once it is stopped', async () => {
    const { clock, overload } = build();
    overload.stop();
    expect(clock.timers).toBe(0);
  });
});

test('either trigger is enough, and each ends by itself', async () => {
  const { clock, spool, overload } = build();
  spool.queuedBytes = 8 * MiB;
  await clock.stall(500);
  await clock.stall(500);
  expect([overload.by('queue'), overload.by('loop'), overload.lasts]).toEqual([true, true, true]);
  spool.queuedBytes = 0;
  expect([overload.lasts, overload.by('queue')]).toEqual([true, false]);
  await clock.advance(limits.overloadTickEveryMs);
  expect(overload.lasts).toBe(false);
});
