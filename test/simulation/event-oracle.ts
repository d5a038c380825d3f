import type { StoredEvent } from '@trackline/adapters/event-store/tracking-events';
import type { LedgerRow } from '@trackline/domain/ledger';
import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { deaggregate } from '@trackline/proto/kpl';
import { decodeRecord } from '@trackline/proto/tracking-event';
import type { Durability } from '@trackline/tracker/shipping/durability';
import type { SpoolOutcome } from '@trackline/tracker/shipping/spool';
import type { ShardRecord } from './world/stream.ts';
import type { Tracker } from './world/tracker.ts';

/** One event that a tracker was given, and what it said of it. */
export interface Offer {
  readonly number: number;
  readonly event: TrackingEvent;
  readonly durability: Durability;
  readonly tracker: Tracker;
  /** Who numbered it, if it was accepted. */
  readonly writer: string;
  outcome: SpoolOutcome | null;
}

/** Where an offer's number stands in its event. */
export const offerParam = 'offer';

/**
 * What is known of events outside of everything that can fail: what was offered, what was answered, and which
 * places of which accounts went onto the stream.
 */
export class EventOracle {
  readonly offers: Offer[] = [];
  readonly #onViolation: (what: string) => void;
  /** `writer sequence` → the number of the offer. */
  readonly #atPlace = new Map<string, number>();
  readonly #placeOf = new Map<number, string>();

  constructor(onViolation: (what: string) => void) {
    this.#onViolation = onViolation;
  }

  /** How many places of a writer's account are on the stream. */
  sentOf(writer: string): number {
    let sent = 0;
    for (const place of this.#atPlace.keys()) if (place.startsWith(`${writer} `)) sent++;
    return sent;
  }

  offered(offer: Offer): void {
    this.offers.push(offer);
  }

  readonly settled = (outcome: SpoolOutcome, offer: Offer): void => {
    if (offer.outcome !== null) {
      this.#onViolation(`offer ${offer.number} was settled twice: ${offer.outcome}, then ${outcome}`);
    }
    offer.outcome = outcome;
  };

  /** Looks at what goes onto the stream. */
  readonly sent = ({ data }: ShardRecord): void => {
    for (const inner of deaggregate(data) ?? []) {
      const decoded = decodeRecord(inner.data, { partitionKey: inner.partitionKey, region: '' });
      if (decoded.kind === 'bad')
        this.#onViolation(`the stream was given what is no event: ${decoded.detail}`);
      if (decoded.kind !== 'event') continue;
      const { writer, sequence, params } = decoded.event;
      const place = `${writer} ${sequence}`;
      const number = Number(params[offerParam]);
      const other = this.#atPlace.get(place);
      if (other !== undefined && other !== number) {
        this.#onViolation(`${place} names the offers ${other} and ${number}`);
      }
      const otherPlace = this.#placeOf.get(number);
      // What nobody waits for keeps waiting in memory while the disk fails, which may have it all the same.
      const isWrittenAgain = this.offers[number]?.durability === 'memory';
      if (otherPlace !== undefined && otherPlace !== place && !isWrittenAgain) {
        this.#onViolation(`offer ${number} is ${otherPlace} and ${place}`);
      }
      this.#atPlace.set(place, number);
      this.#placeOf.set(number, place);
    }
  };

  /** What is booked is stored already. */
  booked({ writer, first, last }: LedgerRow, stored: ReadonlyMap<string, StoredEvent>): void {
    for (let sequence = first; sequence <= last; sequence++) {
      const offer = this.offers[this.#atPlace.get(`${writer} ${sequence}`) ?? -1];
      if (offer === undefined) this.#onViolation(`${writer} ${sequence} is booked, and was never sent`);
      else if (!stored.has(keyOf(offer.event))) {
        this.#onViolation(`offer ${offer.number} is booked, and not stored`);
      }
    }
  }

  /**
   * Compares what was answered with what is stored, at the end.
   *
   * @param lostAtMost accepted events that may be missing, since the disk itself was damaged
   */
  check(stored: ReadonlyMap<string, StoredEvent>, lostAtMost: number): { readonly lost: readonly Offer[] } {
    const byMessage = new Map<string, Offer[]>();
    for (const offer of this.offers) {
      const key = keyOf(offer.event);
      byMessage.set(key, [...(byMessage.get(key) ?? []), offer]);
    }
    for (const [key, { event }] of stored) {
      const offer = byMessage.get(key)?.find(({ number }) => String(number) === event.params[offerParam]);
      if (offer === undefined) this.#onViolation(`${key} is stored, and was never offered`);
      else if (offer.outcome === 'full') this.#onViolation(`offer ${offer.number} was full, and is stored`);
    }
    const lost: Offer[] = [];
    const saidLost = new Map<Tracker, number>();
    let missing = 0;
    for (const offer of this.offers) {
      const { number, event, durability, tracker, outcome } = offer;
      if (outcome === null && tracker.owesAnswers) {
        this.#onViolation(`offer ${number} (${durability}) was never settled by ${tracker.name}`);
      }
      if (outcome !== 'accepted' || stored.has(keyOf(event))) continue;
      if (durability === 'memory') {
        // What it gave up as it ended, it has said itself.
        const said = saidLost.get(tracker) ?? tracker.lost ?? 0;
        saidLost.set(tracker, said - 1);
        if (said > 0) continue;
      }
      lost.push(offer);
      if (durability === 'memory' && tracker.exit === 'unclean') continue;
      if (++missing > lostAtMost) {
        this.#onViolation(
          `offer ${number} (${durability}) was accepted by ${tracker.name}, and is not stored`,
        );
      }
    }
    return { lost };
  }
}

/** Where an event is stored. */
function keyOf({ programId, messageId }: TrackingEvent): string {
  return `${programId}#${messageId}`;
}
