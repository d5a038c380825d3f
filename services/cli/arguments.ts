import { orderIdBytesMax } from '@trackline/adapters/event-store/transactions';
import { isIdentifier } from '@trackline/domain/identifier';
import { isMessageId } from '@trackline/domain/message-id';
import { type EventType, eventTypes } from '@trackline/domain/tracking-event';
import { type Reason, reasons } from '@trackline/domain/verdict';
import { isVisitorId } from '@trackline/domain/visitor-id';
import { InvalidArgumentError } from 'commander';
import { limits } from './limits.ts';
import { isDay, isHour } from './time.ts';

/**
 * What may stand on the command line, each as a parser that gives the value or says what it should have been.
 */

/** @throws InvalidArgumentError, as all of these */
export function identifier(text: string): string {
  return checked(text, isIdentifier(text), 'An id holds 1 to 64 letters, digits, "_" and "-".');
}

export function messageId(text: string): string {
  const lower = text.toLowerCase();
  return checked(
    lower,
    isMessageId(lower),
    'A message id is a UUIDv7, such as 01890a5d-ac96-774b-bcce-b302099a8057.',
  );
}

export function visitorId(text: string): string {
  return checked(text, isVisitorId(text), 'A visitor id has 22 letters, digits, "_" and "-".');
}

/** Any that an order may have, also where a sender of events has rules of its own. */
export function orderId(text: string): string {
  const bytes = Buffer.byteLength(text);
  const fits = bytes >= 1 && bytes <= orderIdBytesMax;
  return checked(text, fits, `An order id has 1 to ${orderIdBytesMax} bytes.`);
}

export function eventType(text: string): EventType {
  return checked(
    text as EventType,
    eventTypes.includes(text as EventType),
    `Types are ${eventTypes.join(', ')}.`,
  );
}

export function day(text: string): string {
  return checked(text, isDay(text), 'A day is YYYY-MM-DD, in UTC.');
}

export function hour(text: string): string {
  return checked(text, isHour(text), 'An hour is YYYYMMDDHH, in UTC.');
}

/** Adds a reason that a dead letter may have to those before it. */
export function deadLetterReasons(text: string, before: readonly Reason[] = []): readonly Reason[] {
  const known = Object.entries(reasons).filter(([, { at }]) => /record|update/.test(at));
  const names = known.map(([name]) => name);
  return [...before, checked(text as Reason, names.includes(text), `Reasons are ${names.join(', ')}.`)];
}

/** Records a second. */
export function recordRate(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  const isRate = number >= 1 && number <= limits.replaysPerSecondMax;
  return checked(number, isRate, `A rate is 1 to ${limits.replaysPerSecondMax} records a second.`);
}

/** How many rows are shown at most. */
export function rowLimit(text: string): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return checked(
    number,
    number >= 1 && number <= limits.rowsShownMax,
    `It must be 1 to ${limits.rowsShownMax}.`,
  );
}

/** Seconds, also with a fraction, as milliseconds. */
export function seconds(text: string): number {
  const ms = /^\d{1,9}(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1000) : -1;
  return checked(ms, ms >= 0, 'It must be a number of seconds.');
}

/** A time to come, `90s`, `30m`, `12h` or `30d`, as milliseconds. */
export function duration(text: string): number {
  const [, number, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(number) * (unitMs[unit ?? ''] ?? 0);
  return checked(ms, ms > 0, 'It must be a number of seconds, minutes, hours or days, such as 30d.');
}

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Where trackers are reached: scheme, host and perhaps a port. */
export function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return checked(url?.origin ?? '', isOrigin, 'It must be as https://track.example, without a path.');
}

/** One more sub-id, `sub1=value`, beside those before it. */
export function subId(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const [, name = '', value = ''] = /^(sub(?:[1-9]|[12]\d|3[0-2]))=(.*)$/s.exec(text) ?? [];
  const fits = name !== '' && Buffer.byteLength(value) <= limits.subIdBytesMax;
  return checked(
    { ...before, [name]: value },
    fits,
    `It must be as sub1=value, sub1 to sub32, with at most ${limits.subIdBytesMax} bytes.`,
  );
}

function checked<T>(value: T, fits: boolean, otherwise: string): T {
  if (!fits) throw new InvalidArgumentError(otherwise);
  return value;
}
