/** What a load asks of the trackers' admin ports. */

export interface WriterStanding {
  readonly writer: string;
  readonly acceptedThrough: number;
  readonly unsent: number;
}

interface TrackerLedger extends WriterStanding {
  readonly ended: readonly WriterStanding[];
}

/** One line of `/metrics`. */
export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const patienceMs = 5_000;

/**
 * How the writers of a tracker stand, or of all workers of one: those that accept, and those whose rest is
 * sent.
 */
export async function askLedger(
  adminUrl: string,
): Promise<{ live: WriterStanding[]; ended: WriterStanding[] }> {
  const told = (await ask(`${adminUrl}/ledger`, (answer) => answer.json())) as
    | TrackerLedger
    | { readonly workers: readonly (TrackerLedger & { readonly answered: boolean })[] };
  const trackers = 'workers' in told ? told.workers.filter(({ answered }) => answered) : [told];
  return { live: trackers, ended: trackers.flatMap(({ ended }) => [...ended]) };
}

export async function askMetrics(adminUrl: string): Promise<Series[]> {
  return parseMetrics(await ask(`${adminUrl}/metrics`, (answer) => answer.text()));
}

/** Reads the text format of Prometheus, as prom-client writes it. */
export function parseMetrics(text: string): Series[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key!, text!]);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value) }];
  });
}

/** The sum of the series of a name that fit. */
export function total(series: readonly Series[], name: string, fits: Series['labels'] = {}): number {
  return series
    .filter(
      (each) =>
        each.name === name && Object.entries(fits).every(([key, value]) => each.labels[key] === value),
    )
    .reduce((sum, { value }) => sum + value, 0);
}

async function ask<T>(url: string, read: (answer: Response) => Promise<T>): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) }).catch((error: Error) => {
    throw new Error(
      `${url} does not answer: ${(error.cause as Error | undefined)?.message ?? error.message}`,
    );
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
  return read(answer);
}
