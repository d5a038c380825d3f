import { keyedMessageId, newMessageId } from '@trackline/domain/message-id';
import {
  eventTypes,
  type TrackingEvent,
  type Transaction,
  transactionStatuses,
} from '@trackline/domain/tracking-event';
import { offerParam } from './event-oracle.ts';
import { programIds } from './program-maker.ts';
import type { Chance } from './world/chance.ts';

/** Makes the events of callers: of all types; some again under the key that they chose. */
export class EventMaker {
  readonly #chance: Chance;
  readonly #clickIds: string[] = [''];
  #keyed: { readonly messageId: string; readonly programId: string } | null = null;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  next(offer: number, nowMs: number, instance: string): TrackingEvent {
    const chance = this.#chance;
    const type = chance.pick(eventTypes);
    const { messageId, programId } = this.#identity(nowMs);
    if (type === 'click') this.#clickIds.push(messageId);
    return {
      messageId,
      type,
      programId,
      programVersion: 1,
      publisherId: 'p1',
      clickId: type === 'transaction' ? chance.pick(this.#clickIds.slice(-5)) : '',
      visitorId: '',
      receivedAtMs: nowMs,
      ip: '192.0.2.0',
      userAgent: '',
      referrer: chance.happens(0.1) ? `https://blog.example/${'x'.repeat(chance.int(600))}` : '',
      landingUrl: '',
      redirectReason: '',
      vastEvent: '',
      params: { [offerParam]: String(offer) },
      transaction: type === 'transaction' ? this.#transaction() : null,
      consent: { choice: 'granted', basis: 'configuration' },
      bot: false,
      unverified: false,
      instance,
      region: 'eu-central-1',
    };
  }

  #identity(nowMs: number): { readonly messageId: string; readonly programId: string } {
    const chance = this.#chance;
    if (this.#keyed && chance.happens(0.05)) return this.#keyed;
    const programId = chance.pick(programIds);
    if (chance.happens(0.9)) return { messageId: newMessageId(nowMs, chance.bytes), programId };
    const hash = new Uint8Array(16);
    chance.bytes(hash);
    this.#keyed = { messageId: keyedMessageId(nowMs, hash), programId };
    return this.#keyed;
  }

  #transaction(): Transaction {
    const chance = this.#chance;
    return {
      orderId: `o${chance.int(10)}`,
      amount: '9.90',
      currency: 'EUR',
      status: chance.pick(transactionStatuses),
      claims: chance.happens(0.9),
    };
  }
}
