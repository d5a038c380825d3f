import type { CallReason } from '@trackline/domain/verdict';
import { limits } from '../../limits.ts';
import { consentFields, type Field, faulty, fieldOf, freeName, Parameters, subIdName } from './parameters.ts';

/** Of a call without a query; as good as its own, since nobody writes to it. */
const none = Object.freeze(new Parameters());

/** A refusal may be in any of these: none is lost behind another saying of the same. */
const ofConsent: ReadonlySet<Field | undefined> = new Set(consentFields);

/** What can be read as none of them, and so refuses. */
const unreadable = '?';

/**
 * Reads the part of a URL behind its `?`, or the body of a form. Of a parameter that comes twice the first
 * counts, even if it is empty; of consent, what is empty says nothing, and what says two things can't be read. A
 * name that can be none of ours is not even decoded, whatever it holds. Never throws.
 */
export function parseQuery(text: string): Parameters {
  if (text === '') return none;
  const reader = new ParameterReader();
  for (let from = 0; from < text.length; ) {
    let to = text.indexOf('&', from);
    if (to === -1) to = text.length;
    const pair = text.slice(from, to);
    // Looked for in the pair alone: in a text without any, each pair would look through all the rest.
    const mid = pair.indexOf('=');
    if (mid === -1) reader.takeEncoded(pair, '');
    else reader.takeEncoded(pair.slice(0, mid), pair.slice(mid + 1));
    from = to + 1;
  }
  return reader.parameters;
}

/**
 * Reads one JSON value: an object whose members are text; numbers and booleans are taken as their text, null as
 * not said. Members of `params` are free parameters. An amount has to be text, since a number of JSON's is a
 * float by the time it is read.
 */
export function readJson(value: unknown): Parameters {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return faulty('body_malformed');
  const reader = new ParameterReader();
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    const member = members[name];
    if (name === 'amount' && typeof member === 'number') reader.fail('amount_malformed');
    else if (name === 'params' && typeof member === 'object' && member !== null) {
      const free = member as Readonly<Record<string, unknown>>;
      for (const inner of Object.keys(free)) reader.takeFree(inner, free[inner]);
    } else reader.takePlain(name, member);
  }
  return reader.parameters;
}

/** Fills parameters in, one by one. */
class ParameterReader {
  readonly parameters = new Parameters();
  /** What was said and left nothing behind. Made when it is needed, which is rare, and half of what reading costs. */
  #saidInVain: Set<string> | null = null;
  #params: Record<string, string> | null = null;
  #subIds = 0;
  /** Of different names, whether they can be read or not. */
  #freeOnes = 0;

  fail(reason: CallReason): void {
    this.parameters.fault ??= reason;
  }

  /** A name and a value as forms write them. */
  takeEncoded(name: string, value: string): void {
    const field = fieldOf.get(name);
    if (ofConsent.has(field)) {
      // Once it can't be read, it is not decoded again: see below.
      if (this.parameters[field!] !== unreadable) this.#putConsent(field!, decoded(value));
      return;
    }
    if (!this.#isNew(field, name)) return;
    const text = decoded(value);
    if (text !== null) {
      this.#put(field, name, text);
      return;
    }
    this.#noteInVain(field ?? name);
    // A free parameter that can't be read is of no use, but no harm either.
    if (field !== undefined || subIdName.test(name)) this.fail('malformed');
  }

  /** A member of a JSON object. */
  takePlain(name: string, value: unknown): void {
    const field = fieldOf.get(name);
    if (field === undefined) this.takeFree(name, value);
    else if (value !== null) {
      if (typeof value === 'object' || isInexact(value)) this.fail('malformed');
      else if (ofConsent.has(field)) this.#putConsent(field, String(value));
      else if (this.#isNew(field, name)) this.#put(field, name, String(value));
    }
  }

  takeFree(name: string, value: unknown): void {
    if (value === null || typeof value === 'object') return;
    if (this.#isNew(undefined, name)) this.#put(undefined, name, String(value));
  }

  /**
   * Whether to read on: the name is one of ours or may be a free one, is said for the first time, and there is room.
   * Behind that, nothing is decoded: a text may hold thousands of values that can't be, and each costs microseconds.
   */
  #isNew(field: Field | undefined, name: string): boolean {
    if (field === undefined && !this.#hasRoom(name)) return false;
    if (this.#isSaid(field, name)) return false;
    if (field !== undefined) return true;
    if (!subIdName.test(name)) return ++this.#freeOnes <= limits.freeParamsMax;
    if (++this.#subIds <= limits.subIdsMax) return true;
    this.fail('sub_ids_too_many');
    return false;
  }

  #isSaid(field: Field | undefined, name: string): boolean {
    const left =
      field === undefined
        ? this.#params !== null && Object.hasOwn(this.#params, name)
        : this.parameters[field] !== '';
    return left || (this.#saidInVain?.has(field ?? name) ?? false);
  }

  #noteInVain(key: string): void {
    this.#saidInVain ??= new Set();
    this.#saidInVain.add(key);
  }

  #hasRoom(name: string): boolean {
    if (!freeName.test(name)) return false;
    return subIdName.test(name) ? this.#subIds <= limits.subIdsMax : this.#freeOnes < limits.freeParamsMax;
  }

  /** @param text null where its escapes are broken */
  #putConsent(field: Field, text: string | null): void {
    if (text === '') return;
    if (text === null) this.fail('malformed');
    const before = this.parameters[field];
    this.parameters[field] = text === null || (before !== '' && before !== text) ? unreadable : text;
  }

  #put(field: Field | undefined, name: string, value: string): void {
    if (field !== undefined) {
      this.parameters[field] = value;
      if (value === '') this.#noteInVain(field);
    } else if (isLong(value)) {
      this.#noteInVain(name);
      // Others add parameters of their own to a link, as long as they like: no reason to refuse it.
      if (subIdName.test(name)) this.fail('sub_id_too_long');
    } else {
      if (this.#params === null) this.parameters.params = this.#params = {};
      this.#params[name] = value;
    }
  }
}

/** A number of JSON's that may have lost digits by the time it is read: an order id must not become another one. */
function isInexact(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

function isLong(value: string): boolean {
  return value.length * 3 > limits.paramBytesMax && Buffer.byteLength(value) > limits.paramBytesMax;
}

/** A value as forms write it, or null where its escapes are broken. */
function decoded(value: string): string | null {
  const spaced = value.includes('+') ? value.replaceAll('+', ' ') : value;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return null;
  }
}
