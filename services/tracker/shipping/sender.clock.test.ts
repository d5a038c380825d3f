import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { broken, taken, throttled } from '../../../test/helpers/scripted-event-stream.ts';
import { seededRandom } from '../../../test/helpers/seeded-random.ts';
import { buildSender, inOrder, oneTo } from '../../../test/helpers/sender.ts';
import { limits } from '../limits.ts';

const hourMs = 3_600_000;

/** A sender with something in each state: under way, resting after a failure, waiting in the spool. */
async function inEveryState(seed: number) {
  const random = seededRandom(seed);
  const built = buildSender({}, undefined, random);
  const { clock, stream, accept } = built;
  stream.outcome = () => [taken, throttled, broken][Math.floor(random() * 3)]!;
  for (let i = 0; i < 20; i++) {
    accept(3);
    await clock.advance(limits.sendLingerMs);
  }
  stream.hold();
  accept(3);
  await clock.advance(limits.sendLingerMs);
  accept(3);
  return { ...built, events: 22 * 3 };
}

describe('a sender whose clock jumps', () => {
  test.each([
    ['forth', 5 * hourMs],
    ['back', -5 * hourMs],
  ])('the wall clock, by hours, %s: it does all at the same time as without', async (_, jumpMs) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const callsAtMs = async (jump: number) => {
          const { clock, stream, sender, events } = await inEveryState(seed);
          clock.jumpWall(jump);
          stream.outcome = () => taken;
          stream.letGo();
          await clock.advance(limits.retryMaxMs);
          clock.jumpWall(-2 * jump);
          await clock.advance(limits.retryMaxMs);
          expect(inOrder(stream)).toEqual(oneTo(events));
          expect(sender.stats()).toMatchObject({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
          return stream.calls.map((call) => call.length);
        };
        expect(await callsAtMs(jumpMs)).toEqual(await callsAtMs(0));
      }),
      { numRuns: 20 },
    );
  });

  test('a process that stood still for hours: what rested comes at once, in calls of full size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { clock, stream, sender, events } = await inEveryState(seed);
        stream.outcome = () => taken;
        const calls = stream.calls.length;
        await clock.suspend(5 * hourMs);
        stream.letGo();
        await clock.advance(limits.sendLingerMs);
        expect(inOrder(stream)).toEqual(oneTo(events));
        expect(stream.calls.length - calls).toBeLessThanOrEqual(limits.putCallsMax);
        expect(sender.stats()).toMatchObject({ callsUnderWay: 0, heldAggregates: 0, heldBytes: 0 });
      }),
      { numRuns: 20 },
    );
  });
});
