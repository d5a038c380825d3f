import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientOptions } from '@trackline/adapters/aws/client-options';
import { connectLedger } from '@trackline/adapters/event-store/ledger.dynamodb';
import { systemClock } from '@trackline/domain/clock';
import { balance, type WriterBalance } from '@trackline/domain/ledger-balance';
import { width } from '@trackline/domain/ledger-coverage';
import { until } from '../../helpers/until.ts';
import type { EventCounts } from '../fault.ts';
import type { Consumers, ConsumersPlace } from './consumers.ts';
import type { Oracle } from './oracle.ts';
import { scanKeys } from './scan-keys.ts';
import type { TrackerChild } from './tracker-child.ts';

/** How a system stands when all is over. */
export interface Settlement {
  readonly events: EventCounts;
  /** What must hold of every system and did not, each in a sentence. */
  readonly violations: readonly string[];
  /** Items of calls whose client was not told "accepted", since the answer was lost or was a 503. */
  readonly unheardItems: number;
  readonly ledger: LedgerSums;
}

export interface LedgerSums {
  readonly persisted: number;
  readonly pending: number;
  readonly missing: number;
  /** Events that were on the stream twice; the event store absorbed the second. */
  readonly duplicates: number;
  readonly deadLettered: number;
  readonly lost: number;
  /** Stretches of which nobody vouches that no more was accepted: none, where all waits on the disk. */
  readonly unvouched: number;
}

interface Settling {
  readonly place: ConsumersPlace;
  readonly consumers: Consumers;
  readonly trackers: readonly TrackerChild[];
  readonly oracle: Oracle;
  readonly say: (line: string) => void;
  readonly patienceMs: number;
}

const namedMax = 5;
/** How long an event may still come that is missing when the ledger balances. */
const lateMs = 5_000;
/** Who waits is not to be a load. */
const lookEveryMs = 50;

/**
 * Waits until running trackers have sent all and the consumers have booked it, and then compares event store and
 * ledger with the oracle. What does not hold is a violation, and the rest is compared all the same.
 */
export async function settle(settling: Settling): Promise<Settlement> {
  const { oracle, say } = settling;
  const violations: string[] = [];
  const mustCome = async (what: string, happens: Promise<unknown>) => {
    await happens.catch((error: Error) => violations.push(`${what}: ${error.message}`));
  };

  say('Waiting until everything is sent.');
  await mustCome('Not everything was sent', untilSent(settling));
  say('Waiting until everything is consumed and booked.');
  await mustCome('Not everything was consumed', untilBooked(settling));

  say('Comparing what clients were told with the event store.');
  const { items, duplicates, strangers } = await compare(settling);
  const missing = [...oracle.missing()];
  const persisted = oracle.accepted - missing.length;
  if (missing.length > 0) {
    violations.push(
      `${missing.length} of ${oracle.accepted} accepted events are missing: ${missing.slice(0, namedMax).join(', ')}`,
    );
  }
  const extra = Math.max(0, strangers.length - oracle.unheard);
  if (extra > 0) {
    const named = strangers.slice(0, namedMax).join(', ');
    violations.push(
      `${strangers.length} items are of no call that was accepted, and only ${oracle.unheard} may be: ${named}`,
    );
  }
  if (duplicates.length > 0) {
    violations.push(
      `${duplicates.length} items are there twice: ${duplicates.slice(0, namedMax).join(', ')}`,
    );
  }

  const balances = await readLedger(settling.place);
  const ledger = sum(balances);
  violations.push(...(await contradictions(settling, balances, ledger, items)));
  return {
    events: {
      accepted: oracle.accepted,
      persisted,
      missing: missing.length,
      duplicates: duplicates.length + extra,
    },
    violations,
    unheardItems: strangers.length,
    ledger,
  };
}

/** Where the ledger says something else than the event store and the trackers. */
async function contradictions(
  { trackers }: Settling,
  balances: readonly WriterBalance[],
  ledger: LedgerSums,
  items: number,
): Promise<string[]> {
  const found: string[] = [];
  const say = (is: boolean, sentence: string) => {
    if (is) found.push(sentence);
  };
  say(ledger.missing > 0, `The ledger misses ${ledger.missing} events: ${inWords(balances, 'missing')}`);
  say(ledger.pending > 0, `The ledger waits for ${ledger.pending} events: ${inWords(balances, 'pending')}`);
  say(ledger.lost > 0, `Trackers say that they lost ${ledger.lost} events`);
  const stored = ledger.persisted - ledger.deadLettered;
  say(stored !== items, `The ledger counts ${stored} stored events, and the event store has ${items}`);
  const running = trackers.filter(({ isRunning }) => isRunning);
  const ledgers = (await Promise.all(running.map((tracker) => tracker.ledgers()))).flat();
  const unvouched = ledgers.every(({ onDisk }) => onDisk) ? ledger.unvouched : 0;
  say(unvouched > 0, `Nobody vouches for ${unvouched} stretches, though all is on the disk`);
  for (const { writer, acceptedThrough } of ledgers) {
    const known = balances.find((each) => each.writer === writer)?.acceptedThrough ?? 0;
    say(
      known !== acceptedThrough,
      `The writer ${writer} accepted ${acceptedThrough} events, and the ledger knows of ${known}`,
    );
  }
  return found;
}

async function untilSent({ trackers, patienceMs }: Settling): Promise<void> {
  for (const tracker of trackers.filter(({ isRunning }) => isRunning)) {
    let unsent = 0;
    await until(
      'every event to be sent',
      async () => {
        const accounts = (await tracker.ledgers()).flatMap((each) => [each, ...each.ended]);
        unsent = accounts.reduce((all, each) => all + each.unsent, 0);
        return unsent === 0;
      },
      patienceMs,
      lookEveryMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message} (${unsent} are left)`);
    });
  }
}

/**
 * Until the streams are read to their ends, the ledger has heard how far running trackers accepted, and no
 * event is open in it.
 */
async function untilBooked({ trackers, consumers, place, patienceMs }: Settling): Promise<void> {
  const running = trackers.filter(({ isRunning }) => isRunning);
  await until(
    'the ledger to balance',
    async () => {
      if (!(await consumers.caughtUp(patienceMs))) return false;
      const ledgers = (await Promise.all(running.map((tracker) => tracker.ledgers()))).flat();
      const balances = await readLedger(place);
      const stated = ledgers.every(
        ({ writer, acceptedThrough }) =>
          acceptedThrough === 0 ||
          balances.some(
            (each) => each.writer === writer && (each.latest?.acceptedThrough ?? 0) === acceptedThrough,
          ),
      );
      return stated && sum(balances).pending === 0;
    },
    patienceMs,
    lookEveryMs,
  );
}

/**
 * Reads the table of tracking events once, keys only, and again for some seconds while something is missing,
 * since a spool may still bring it.
 */
async function compare({ place, oracle, consumers }: Settling) {
  const { region, dynamodbEndpoint: endpoint } = place;
  const client = new DynamoDBClient(clientOptions({ region, endpoint }));
  const endMs = performance.now() + lateMs;
  try {
    for (;;) {
      oracle.forgetFound();
      const duplicates: string[] = [];
      const strangers: string[] = [];
      let items = 0;
      await scanKeys(client, place.tables.trackingEvents, oracle.accepted, (sortKey) => {
        items++;
        const found = oracle.find(sortKey);
        if (found === 'again') duplicates.push(sortKey);
        if (found === 'stranger') strangers.push(sortKey);
      });
      const isWhole = oracle.missing().next().done === true;
      if (isWhole || performance.now() >= endMs) return { items, duplicates, strangers };
      await consumers.caughtUp(Math.max(0, endMs - performance.now()));
    }
  } finally {
    client.destroy();
  }
}

/** The balance of every writer; what is not covered counts as pending, however old it is. */
export async function readLedger(
  place: Pick<ConsumersPlace, 'region' | 'dynamodbEndpoint' | 'tables'>,
  pendingMaxMs = Number.POSITIVE_INFINITY,
): Promise<WriterBalance[]> {
  const { region, dynamodbEndpoint: endpoint } = place;
  const ledger = connectLedger({ region, endpoint, tableName: place.tables.ledger });
  try {
    const balances: WriterBalance[] = [];
    for await (const writer of ledger.writers()) {
      balances.push(balance(writer, await ledger.account(writer), systemClock.wallMs(), pendingMaxMs));
    }
    return balances;
  } finally {
    await ledger.close();
  }
}

/** Of all writers together. */
export function sum(balances: readonly WriterBalance[]): LedgerSums {
  const all = (of: (each: WriterBalance) => number) => balances.reduce((total, each) => total + of(each), 0);
  return {
    persisted: all((each) => each.persisted),
    pending: all((each) => width(each.pending)),
    missing: all((each) => width(each.missing)),
    duplicates: all((each) => each.duplicates),
    deadLettered: all((each) => each.deadLettered),
    lost: all((each) => each.counts.lost),
    unvouched: all((each) => each.unvouched.length),
  };
}

function inWords(balances: readonly WriterBalance[], kind: 'pending' | 'missing'): string {
  return balances
    .flatMap((each) => each[kind].map(({ first, last }) => `${each.writer} ${first}–${last}`))
    .slice(0, namedMax)
    .join(', ');
}
