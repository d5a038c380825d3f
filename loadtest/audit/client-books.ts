import { type EventType, eventTypes } from '@trackline/domain/tracking-event';
import { Oracle } from '../../test/faults/harness/oracle.ts';
import type { Answer } from '../engine/answer-reader.ts';
import { header } from '../engine/answer-reader.ts';
import type { Call } from '../engine/call.ts';

export type ByType = Readonly<Record<EventType, number>>;

/** What the clients of a load were told of their events; kept outside of everything that is audited. */
export interface ClientAccount {
  /** Events that were told "accepted". */
  readonly accepted: ByType;
  /** Of these, those of which no message id was told: pixels tell none. */
  readonly untold: ByType;
  /**
   * Events of calls without an answer, or with one that leaves it open: they may have been accepted or not.
   */
  readonly ambiguous: ByType;
  readonly rejected: number;
  /** Message ids that two calls were told. */
  readonly repeated: number;
  /**
   * Orders that an answer said a transaction may claim, and those of which no answer says it, as pixels' do.
   */
  readonly orders: { readonly claimed: number; readonly open: number };
}

interface Outcome {
  readonly messageId?: string | null;
  readonly verdict: string;
  readonly reason?: string;
}

const zeros = () => Object.fromEntries(eventTypes.map((type) => [type, 0])) as Record<EventType, number>;

/** Said of an event that is kept, and will be sent, though nobody could say so yet. */
const unconfirmed = 'stream_unconfirmed';

/** Books what clients hear, call by call. */
export class ClientBooks implements ClientAccount {
  /** The message ids that were told. */
  readonly oracle = new Oracle();
  readonly accepted = zeros();
  readonly untold = zeros();
  readonly ambiguous = zeros();
  rejected = 0;
  repeated = 0;
  readonly orders = { claimed: 0, open: 0 };
  readonly #onClick: (programId: string, messageId: string) => void;

  /** @param onClick hears of each click that was accepted, with its message id */
  constructor(onClick: (programId: string, messageId: string) => void = () => {}) {
    this.#onClick = onClick;
  }

  answered(call: Call, answer: Answer): void {
    const { verdict } = answer;
    if (call.kind === 'batch' || call.kind === 'beacon') this.#batch(call, answer);
    else if (call.types.length === 0 || verdict === 'ignored') return;
    else if (verdict === 'accepted') this.#accepted(call, answer, call.types[0]!);
    else if (verdict.startsWith('rejected')) this.rejected++;
    else if (verdict.endsWith(unconfirmed)) this.ambiguous[call.types[0]!]++;
  }

  unanswered({ types }: Call): void {
    for (const type of types) this.ambiguous[type]++;
  }

  #accepted(call: Call, answer: Answer, type: EventType): void {
    const messageId = idOf(call, answer);
    this.#accept(type, messageId);
    if (type === 'transaction') {
      if (messageId === null) this.orders.open++;
      else if (answer.body.includes('"claims":true')) this.orders.claimed++;
    }
    if (type === 'click' && messageId !== null) this.#onClick(call.programId, messageId);
  }

  #accept(type: EventType, messageId: string | null): void {
    this.accepted[type]++;
    if (messageId === null) this.untold[type]++;
    else this.#note(messageId);
  }

  #note(messageId: string): void {
    try {
      this.oracle.accept(messageId);
    } catch {
      // That is what it throws for; the load goes on, and the audit fails.
      this.repeated++;
    }
  }

  #batch({ types }: Call, { body, verdict }: Answer): void {
    // As a whole: nothing of it was taken.
    if (!body.startsWith('{"outcomes":')) {
      if (verdict.startsWith('rejected')) this.rejected++;
      return;
    }
    const { outcomes } = JSON.parse(body) as { readonly outcomes: readonly Outcome[] };
    outcomes.forEach(({ messageId, verdict, reason }, index) => {
      const type = types[index]!;
      if (verdict === 'accepted') this.#accept(type, messageId ?? null);
      else if (verdict === 'rejected') this.rejected++;
      else if (reason === unconfirmed) this.ambiguous[type]++;
    });
  }
}

/**
 * The message id, where the answer tells one: JSON does, and where a click goes, if its program asks for it.
 */
function idOf({ types }: Call, { head, body }: Answer): string | null {
  const [type] = types;
  if (body.startsWith('{')) return /"messageId":"([0-9a-f-]{36})"/.exec(body)?.[1] ?? null;
  if (type !== 'click') return null;
  return /[?&]cid=([0-9a-f-]{36})/.exec(header(head, 'location', 'Location'))?.[1] ?? null;
}
