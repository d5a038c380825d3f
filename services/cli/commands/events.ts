import { hourOf } from '@trackline/adapters/event-store/event-key';
import type { StoredEvent } from '@trackline/adapters/event-store/tracking-events';
import { FirstOf } from '@trackline/domain/first-of';
import type { EventType } from '@trackline/domain/tracking-event';
import type { Answer } from '../answer.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { flagsOf } from '../flags-column.ts';
import { type Cell, clip, pairs, table } from '../table.ts';
import { iso } from '../time.ts';

const hourMs = 3_600_000;

export interface EventsOptions {
  readonly program: string;
  /** `YYYYMMDDHH`; absent: this hour and the one before. */
  readonly hour?: string | undefined;
  readonly limit: number;
  readonly type?: EventType | undefined;
}

/** `events --program ID`: the newest events of an hour, or of this hour and the one before. */
export async function events({ parts, clock }: Context, options: EventsOptions): Promise<Answer> {
  const now = clock.wallMs();
  const hours = options.hour ? [options.hour] : [hourOf(now), hourOf(now - hourMs)];
  const trackingEvents = await parts.trackingEvents();
  const newest: StoredEvent[] = [];
  for (const hour of hours) {
    // An event of an earlier hour is older than every one of this hour.
    if (newest.length === options.limit) break;
    const left = options.limit - newest.length;
    newest.push(...(await newestOfHour(trackingEvents.inHour(options.program, hour), left, options.type)));
  }
  return {
    json: { programId: options.program, hours, events: newest.map(eventJson) },
    text: (columns) =>
      newest.length > 0
        ? eventTable(newest, columns)
        : `No ${options.type ?? 'event'} of ${options.program} in ${hours.map(readableHour).join(', ')} (UTC).`,
  };
}

/** `events --program ID --message ID`: one event, whole. */
export async function event({ parts }: Context, programId: string, messageId: string): Promise<Answer> {
  const stored = await (await parts.trackingEvents()).find(programId, messageId);
  if (stored === null) {
    throw new Failure(
      `There is no event ${messageId} of ${programId}. Events are kept for 13 months, unless told otherwise.`,
    );
  }
  return { json: eventJson(stored), text: () => pairs(eventFields(stored)) };
}

async function newestOfHour(
  stored: AsyncIterable<StoredEvent>,
  limit: number,
  type: EventType | undefined,
): Promise<StoredEvent[]> {
  const newest = new FirstOf(limit, newestFirst);
  for await (const each of stored) {
    if (type === undefined || each.event.type === type) newest.add(each);
  }
  return newest.inOrder();
}

/** Message ids sort by time. */
function newestFirst(a: StoredEvent, b: StoredEvent): number {
  return a.event.messageId < b.event.messageId ? 1 : -1;
}

function readableHour(hour: string): string {
  return `${hour.slice(0, 4)}-${hour.slice(4, 6)}-${hour.slice(6, 8)} ${hour.slice(8)}:00–${hour.slice(8)}:59`;
}

/** The event as it was recorded, what identifies it first. */
function eventJson({ event, unknownFields, duplicateOf }: StoredEvent) {
  const { messageId, type, programId, programVersion, receivedAtMs, ...rest } = event;
  const head = { messageId, type, programId, programVersion, receivedAtMs };
  const unknown = unknownFields && Buffer.from(unknownFields).toString('base64');
  return { ...head, ...rest, duplicateOf, unknownFields: unknown };
}

function eventTable(stored: readonly StoredEvent[], columns: number): string {
  const heads = ['RECEIVED AT', 'TYPE', 'PUBLISHER', 'VERSION', 'FLAGS', { prose: 'USER AGENT' }, 'MESSAGE'];
  const rows = stored.map(({ event, duplicateOf }): Cell[] => [
    iso(event.receivedAtMs),
    event.vastEvent === '' ? event.type : `${event.type} ${event.vastEvent}`,
    event.publisherId || '–',
    String(event.programVersion),
    flagsOf({ ...event, duplicateOf }),
    clip(event.userAgent, 32),
    event.messageId,
  ]);
  return table(heads, rows, columns);
}

/** Every field of the event that says something, by its own name; what is nested, by its path. */
function eventFields({ event, unknownFields, duplicateOf }: StoredEvent): [string, string][] {
  const { messageId, type, params, transaction, consent, receivedAtMs, ...rest } = event;
  const nested = { params, transaction: transaction ?? {}, consent };
  const fields: [string, unknown][] = [
    ['messageId', messageId],
    ['type', type],
    ['receivedAt', iso(receivedAtMs)],
    ...Object.entries(rest),
    ...Object.entries(nested).flatMap(([of, values]) =>
      Object.entries(values).map(([name, value]): [string, unknown] => [`${of}.${name}`, value]),
    ),
    ['duplicateOf', duplicateOf],
    ['unknownFields', unknownFields ? Buffer.from(unknownFields).toString('hex') : ''],
  ];
  return fields.filter(([, value]) => value !== '').map(([name, value]) => [name, String(value)]);
}
