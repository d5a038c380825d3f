import type { EventType } from '@trackline/domain/tracking-event';
import { seededRandom } from '../../test/helpers/seeded-random.ts';
import type { Call, CallKind, Calls } from '../engine/call.ts';
import { clickMark, orderMark, writeCall } from './call-text.ts';
import { buildCallers } from './callers.ts';
import { type Mix, usualMix } from './mix.ts';
import { weighted, zipf } from './zipf.ts';

export interface TrafficOptions {
  /** `Host` of the requests, as `127.0.0.1:8080`. */
  readonly host: string;
  readonly programIds: readonly string[];
  readonly seed: number;
  readonly mix?: Mix;
  /** The share of calls whose program nobody knows. */
  readonly unknownShare?: number;
  /** How unequal programs are; 0: all alike. */
  readonly zipfExponent?: number;
  /** How many different requests are written beforehand; they come again and again, with other orders. */
  readonly texts?: number;
  /**
   * What its orders begin with, at most 6 characters; from the seed unless given. Orders are new once in a
   * stack.
   */
  readonly orderPrefix?: string;
}

export interface Traffic {
  readonly next: Calls;
  readonly orderPrefix: string;
  /** A click was accepted: later transactions of the program name it. */
  heardClick(programId: string, messageId: string): void;
}

/** A request, cut where something is filled in. */
interface Template {
  readonly kind: CallKind;
  readonly programId: string;
  readonly types: readonly EventType[];
  readonly parts: readonly string[];
  /** What comes behind each part but the last. */
  readonly marks: readonly string[];
  /** The call itself, where nothing is filled in. */
  readonly call: Call | null;
}

/** Named while no click was heard of: of the right form, and nobody's. */
const noClick = '00000000-0000-7000-8000-000000000000';

/**
 * Calls as a tracker sees them, by a seed: programs by Zipf's law, the usual browsers and some robots,
 * visitors who return, consent now and then, orders that are new each time and name clicks that were heard
 * of. The requests are written before the run; a call of it costs a look into an array.
 */
export function buildTraffic(options: TrafficOptions): Traffic {
  const { host, programIds, seed, mix = usualMix, unknownShare = 0.01 } = options;
  const { zipfExponent = 1, texts = 8_192 } = options;
  const random = seededRandom(seed);
  const { orderPrefix = `${Math.floor(random() * 36 ** 3).toString(36)}-` } = options;
  const rank = zipf(programIds.length, zipfExponent, random);
  const programId = () =>
    random() < unknownShare ? `nobody-${Math.floor(random() * 1e6)}` : programIds[rank()]!;
  const callers = buildCallers(random);
  const kinds = Object.keys(mix) as CallKind[];
  const kind = weighted(
    kinds.map((each) => mix[each]!),
    random,
  );
  const writing = { random, callers, host, programId };
  const templates = Array.from({ length: texts }, () => templateOf(kinds[kind()]!, programId(), writing));

  /** The latest of each program. */
  const clicks = new Map<string, string>();
  let orders = 0;
  let at = 0;
  return {
    orderPrefix,
    next() {
      const template = templates[at]!;
      at = at + 1 === texts ? 0 : at + 1;
      return template.call ?? filled(template);
    },
    heardClick(programId, messageId) {
      clicks.set(programId, messageId);
    },
  };

  function filled({ kind, programId, types, parts, marks }: Template): Call {
    let text = parts[0]!;
    for (let index = 0; index < marks.length; index++) {
      text +=
        (marks[index] === orderMark ? newOrder() : (clicks.get(programId) ?? noClick)) + parts[index + 1]!;
    }
    return { kind, programId, types, text };
  }

  function newOrder(): string {
    return orderPrefix + String(++orders).padStart(orderMark.length - orderPrefix.length, '0');
  }
}

function templateOf(kind: CallKind, programId: string, writing: Parameters<typeof writeCall>[2]): Template {
  const { text, types } = writeCall(kind, programId, writing);
  const pieces = text.split(new RegExp(`(${orderMark}|${clickMark})`));
  const parts = pieces.filter((_, index) => index % 2 === 0);
  const marks = pieces.filter((_, index) => index % 2 === 1);
  const call = marks.length === 0 ? { kind, programId, types, text } : null;
  return { kind, programId, types, parts, marks, call };
}
