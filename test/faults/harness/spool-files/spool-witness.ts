import type { TrackingEvent } from '@trackline/domain/tracking-event';
import { decodeRecord, encodeEvent } from '@trackline/proto/tracking-event';
import type { EventRun, SpoolOutcome } from '@trackline/tracker/shipping/spool';
import { eventsOf } from '../../../helpers/event-runs.ts';
import type { EventCounts } from '../../fault.ts';

/**
 * What a spool was given, what it answered, and what it handed out, over all of its lives. It outlives them, and
 * says where a promise was not kept.
 */
export class SpoolWitness {
  /** By message id, as the next two. */
  #offered = new Map<string, TrackingEvent>();
  #accepted = new Set<string>();
  #sent = new Set<string>();
  /** Which event a writer and sequence name, since they were handed out. */
  #names = new Map<string, string>();
  #sentNames = new Set<string>();
  /** By writer: as far as was stated that it accepted. */
  #stated = new Map<string, number>();
  /** Stretches of segments that it was told are damaged. */
  #damaged = 0;
  violations: string[] = [];

  /** How many events it was told are accepted. */
  get accepted(): number {
    return this.#accepted.size;
  }

  /** The same, to go on by itself. */
  fork(): SpoolWitness {
    const fork = new SpoolWitness();
    fork.#offered = new Map(this.#offered);
    fork.#accepted = new Set(this.#accepted);
    fork.#sent = new Set(this.#sent);
    fork.#names = new Map(this.#names);
    fork.#sentNames = new Set(this.#sentNames);
    fork.#stated = new Map(this.#stated);
    fork.#damaged = this.#damaged;
    fork.violations = [...this.violations];
    return fork;
  }

  offers(event: TrackingEvent): void {
    this.#offered.set(event.messageId, event);
  }

  /** What an event that is to be on the disk was settled with. */
  hears(messageId: string, outcome: SpoolOutcome): void {
    if (outcome === 'accepted') this.#accepted.add(messageId);
  }

  takes(run: EventRun): void {
    const { writer, first, last } = run;
    const events = eventsOf(run);
    if (last - first + 1 !== events.length)
      this.violations.push(`The run ${first}–${last} has ${events.length} events`);
    for (const { sequence, data } of events) {
      const decoded = decodeRecord(data, { partitionKey: writer, region: '' });
      const event = decoded.kind === 'event' ? this.#offered.get(decoded.event.messageId) : undefined;
      const name = `${writer} ${sequence}`;
      if (event === undefined || !Buffer.from(data).equals(encodeEvent(event, sequence))) {
        this.violations.push(`${name} was handed out and is no event that was offered`);
        continue;
      }
      const before = this.#names.get(name);
      if (before !== undefined && before !== event.messageId)
        this.violations.push(`${name} names two events`);
      this.#names.set(name, event.messageId);
    }
  }

  /** The stream has the run. */
  sends({ writer, first, last }: EventRun): void {
    for (let sequence = first; sequence <= last; sequence++) {
      const name = `${writer} ${sequence}`;
      this.#sentNames.add(name);
      const messageId = this.#names.get(name);
      if (messageId !== undefined) this.#sent.add(messageId);
    }
  }

  states(writer: string, acceptedThrough: number): void {
    this.#stated.set(writer, Math.max(acceptedThrough, this.#stated.get(writer) ?? 0));
  }

  /** A loss that was told, as far as that can be: of each stretch some consecutive events. */
  hearsOfDamage(stretches: number): void {
    this.#damaged += stretches;
  }

  /** Accepted, and never sent. */
  missing(): string[] {
    return [...this.#accepted].filter((messageId) => !this.#sent.has(messageId));
  }

  /** When all lives are over and all is sent: what was promised of events, and not kept. */
  verdict(): string[] {
    const missing = this.missing();
    return [
      ...this.violations,
      ...(missing.length > 0 ? [`${missing.length} accepted events are missing`] : []),
    ];
  }

  /** What was stated as accepted, never sent, and not told as damage: of that a ledger makes a loss that was none. */
  overstated(): string[] {
    const gaps = [...this.#stated].flatMap(([writer, through]) => {
      const isSent = (sequence: number) => sequence === 0 || this.#sentNames.has(`${writer} ${sequence}`);
      return Array.from({ length: through }, (_, i) => i + 1)
        .filter((sequence) => !isSent(sequence) && isSent(sequence - 1))
        .map((sequence) => `${writer} ${sequence}`);
    });
    return gaps.length > this.#damaged ? [`From ${gaps.join(', ')} on some were stated and never sent`] : [];
  }

  counts(): EventCounts {
    const missing = this.missing().length;
    return { accepted: this.accepted, persisted: this.accepted - missing, missing, duplicates: 0 };
  }
}
