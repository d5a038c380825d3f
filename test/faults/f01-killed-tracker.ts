import { until } from '../helpers/until.ts';
import type { Fault } from './fault.ts';
import { withSystem } from './harness/system.ts';

/** A life of the tracker ends when it has accepted so many events, by chance up to this. */
const acceptedInLifeMax = { short: 150, long: 1_200 };
/** The share of lives that end as soon as they listen, before what the last one left is sent. */
const stillbornShare = 0.1;
/** The whole point: what was accepted in the long form, at least. */
const acceptedMin = { short: 500, long: 100_000 };

/** A tracker that is killed again and again while clients call, some of its lives before they have sent anything. */
export const fault: Fault = {
  id: 'F1',
  injects: 'SIGKILL of the tracker at random times under load, 200 times',
  expects: 'nothing that was accepted is missing, nothing is there twice',
  run: (surroundings) =>
    withSystem(surroundings, {}, async (system) => {
      const { short, say } = surroundings;
      const form = short ? 'short' : 'long';
      const kills = short ? 20 : 200;
      const { oracle, random } = system;
      const tracker = system.tracker();
      await tracker.start();
      const load = system.load({ perSecond: 2_000, concurrency: 16 });
      let isStillborn = false;
      for (let kill = 1; kill <= kills; kill++) {
        if (!isStillborn) {
          const wanted = oracle.accepted + 1 + Math.floor(random() * acceptedInLifeMax[form]);
          await until('events to be accepted', () => oracle.accepted >= wanted, 60_000);
        }
        await tracker.kill();
        if (kill % (short ? 5 : 20) === 0) say(`${kill} kills, ${oracle.accepted} events accepted.`);
        isStillborn = kill < kills && random() < stillbornShare;
        await tracker.start({ untilReady: !isStillborn });
      }
      await until('enough events', () => oracle.accepted >= acceptedMin[form], 600_000);
      const { unanswered, refused, otherwise } = await load.stop();
      const settled = await system.settle();
      const shed = Object.values(otherwise).reduce((all, each) => all + each, 0);
      return {
        events: settled.events,
        figure:
          `${kills} kills; ${unanswered} calls cut off, ${settled.unheardItems} of them kept; ` +
          `${refused} refused, ${shed} not accepted; ${settled.ledger.duplicates} sent twice and absorbed`,
        violations: settled.violations,
      };
    }),
};
