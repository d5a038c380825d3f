import { emptyKeyring } from '@trackline/adapters/keyring/keyring';
import { redirectReasons } from '@trackline/domain/verdict';
import { redirectFor } from '@trackline/tracker/http/redirect/location';
import { expect, test } from 'vitest';
import { hostileTargets } from '../helpers/hostile-targets.ts';
import { program } from '../helpers/programs.ts';

const tries = 1_000_000;
const seed = 20_260_131;

const shoes = program({
  landingUrl: 'https://shop.example/shoes?c={click_id}',
  deepLinkHosts: ['brand.example', '.outlet.example'],
});
const values = {
  clickId: '01890a5d-ac96-774b-bcce-b302099a8057',
  programId: 'shoes',
  publisherId: 'p1',
  params: { sub1: 'evil.example/@evil.example' },
};
const home = `https://shop.example/shoes?c=${values.clickId}`;

/** The rule once more, in another form: over the text that a browser is given, and without the list of hosts. */
const staysHome =
  /^https:\/\/(?:(?:shop|brand)|(?:[a-z0-9_!$&'()*+,;=`{}~-]+\.)+outlet)\.example\/[\x21-\x7e]*$/;

test(`of ${tries.toLocaleString('en')} hostile targets, none leaves the program’s hosts`, () => {
  const next = hostileTargets(seed, ['shop.example', 'brand.example', 'a.outlet.example', 'outlet.example']);
  const refused = new Map<string, number>();
  const astray: string[] = [];
  for (let tried = 0; tried < tries; tried += 1) {
    const target = next();
    const link = { target, expires: '', keyId: '', signature: '' };
    const { location, reason } = redirectFor(shoes, link, values, emptyKeyring, 0);
    if (reason !== '') refused.set(reason, (refused.get(reason) ?? 0) + 1);
    // Nothing is expected a million times: that alone would take a minute.
    const isRight =
      reason === '' ? staysHome.test(location) && new URL(location).href === location : location === home;
    if (!isRight) astray.push(`${JSON.stringify(target)} → ${location} (${reason})`);
  }
  const counts = [...refused].toSorted(([, a], [, b]) => b - a);
  const refusals = counts.reduce((sum, [, count]) => sum + count, 0);
  const byReason = counts.map(([reason, count]) => `${reason} ${count}`).join(', ');
  process.stdout.write(
    `   seed ${seed}: ${tries} tried, ${refusals} refused: ${byReason}; ${astray.length} astray\n`,
  );
  expect(astray.slice(0, 10)).toEqual([]);
  // The targets were worth trying: some were taken, and some refused for each reason that needs no signature.
  expect(tries - refusals).toBeGreaterThan(tries / 20);
  const needSignature = ['target_key', 'target_signature', 'target_expired'];
  const possible = redirectReasons.filter((reason) => !needSignature.includes(reason));
  expect([...refused.keys()].toSorted()).toEqual(possible.toSorted());
}, 120_000);
