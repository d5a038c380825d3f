/** ISO 8601 in UTC, to the millisecond: what machines read. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same without the zeros of whole seconds: what people read. */
export function shortIso(ms: number): string {
  return iso(ms).replace('.000Z', 'Z');
}

/** `YYYY-MM-DD` in UTC. */
export function dayOf(ms: number): string {
  return iso(ms).slice(0, 10);
}

/** The 24 hours of a UTC day `YYYY-MM-DD`, as `YYYYMMDDHH`. */
export function hoursOfDay(day: string): string[] {
  const date = day.replaceAll('-', '');
  return Array.from({ length: 24 }, (_, hour) => `${date}${String(hour).padStart(2, '0')}`);
}

/** Whether `text` is a day of the calendar, `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && dayOf(ms) === text;
}

/** Whether `text` is an hour of the calendar, `YYYYMMDDHH`. */
export function isHour(text: string): boolean {
  const [, year, month, day, hour] = /^(\d{4})(\d{2})(\d{2})(\d{2})$/.exec(text) ?? [];
  return isDay(`${year}-${month}-${day}`) && Number(hour) < 24;
}

const units = [
  { name: 's', ms: 1_000, below: 120_000 },
  { name: 'min', ms: 60_000, below: 120 * 60_000 },
  { name: 'h', ms: 3_600_000, below: 48 * 3_600_000 },
  { name: 'd', ms: 24 * 3_600_000, below: Infinity },
];

/** How long something takes or is ago, in whole units of the fitting size: `41 s`, `5 min`, `7 h`, `12 d`. */
export function lasting(ms: number): string {
  const unit = units.find(({ below }) => ms < below)!;
  return `${Math.round(Math.max(0, ms) / unit.ms)} ${unit.name}`;
}
