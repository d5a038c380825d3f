import {
  type CallReason,
  callReasons,
  reasons,
  type Verdict,
  verdictHeader,
} from '@trackline/domain/verdict';
import { completed, headOf, headSaying, jsonHeaders, lengthOf } from '../answers/answer.ts';
import { send } from '../answers/send.ts';
import type { Call, TrackedRoute } from '../tracking/call.ts';
import { typeNamed } from './events.ts';
import { outcomeOf } from './transaction.ts';

/** What became of one event of a batch. */
export type Outcome =
  | ReturnType<typeof outcomeOf>
  | { readonly verdict: string; readonly reason: CallReason; readonly message: string };

/**
 * `POST /v1/events`: many events at once, each with an outcome of its own, in their order; answered when the last of
 * them is settled. The batch can come again, so it takes nothing unverified. Beacons send cookies, and could be
 * given one; but so could a server, to whom every event would be another visitor.
 */
export class Batch {
  readonly route: TrackedRoute;
  readonly #calls: Call[] = [];
  readonly #outcomes = new Map<Call, CallReason | null>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
    this.route = {
      programInPath: false,
      acceptsUnverified: false,
      calledBy: 'either',
      sendsOn: false,
      typeOf: typeNamed,
      answer: (call, reason) => this.#settle(call, reason),
    };
  }

  /** Takes its next event, before that is tracked. */
  add(call: Call): Call {
    this.#calls.push(call);
    return call;
  }

  #settle(call: Call, reason: CallReason | null): void {
    this.#outcomes.set(call, reason);
    if (this.#outcomes.size === this.#size) this.#answer(call);
  }

  #answer({ parts, reply, caller }: Call): void {
    const told = this.#calls.map((each) => this.#outcomes.get(each)!);
    const outcomes = this.#calls.map((each, index) => outcomeText(each, told[index]!));
    const shed = told.filter((reason) => reason !== null && reasons[reason].verdict === 'shed');
    // Where nothing could be taken, the sender is to come again with all of it.
    const allShed = caller.ignored === null && shed.length === told.length ? shed[0]! : null;
    const reason = caller.ignored ?? allShed;
    const status = allShed === null ? 202 : reasons[allShed].status;
    const head = reason === null ? headSaying(`${verdictHeader(null)}; ${countsOf(told)}`) : headOf(reason);
    const body = `{"outcomes":[${outcomes.join(',')}]}`;
    // The end of a cookie, where one of its events refuses it.
    const setCookies = this.#calls.find((each) => each.setCookies.length > 0)?.setCookies ?? [];
    const headers = [...head, ...jsonHeaders, ...lengthOf(status, body)];
    send(reply, status, completed({ parts, setCookies }, status, headers), body);
  }
}

/** An `Outcome` as JSON. */
function outcomeText(call: Call, reason: CallReason | null): string {
  if (reason === null) return JSON.stringify(outcomeOf(call));
  return call.caller.ignored === null ? refusals.get(reason)! : refusal(reason, 'ignored');
}

const refusals = new Map(callReasons.map((reason) => [reason, refusal(reason, reasons[reason].verdict)]));

/** What is wrong with an event; where it is ignored, it says so all the same. */
function refusal(reason: CallReason, verdict: Verdict): string {
  return JSON.stringify({ verdict, reason, message: reasons[reason].words } satisfies Outcome);
}

/** How many events of a batch got which verdict: `accepted=2; rejected=1; shed=0`. */
function countsOf(told: readonly (CallReason | null)[]): string {
  const counts = { accepted: 0, rejected: 0, shed: 0 };
  for (const reason of told) {
    const verdict = reason === null ? 'accepted' : reasons[reason].verdict;
    if (verdict !== 'ignored') counts[verdict]++;
  }
  return Object.entries(counts)
    .map(([verdict, count]) => `${verdict}=${count}`)
    .join('; ');
}
