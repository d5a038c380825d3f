import type { Clock } from '@trackline/domain/clock';
import type { Limits } from '../limits.ts';
import type { TrackerReports } from '../watching/tracker-reports.ts';
import type { Answers, FromWorker, LastCounts, Topic, ToWorker } from './messages.ts';

export interface WorkerLineParts {
  readonly clock: Clock;
  readonly limits: Pick<Limits, 'workerLooksEveryMs'>;
  readonly reports: TrackerReports;
  /** Has the spool take the slots of trackers that are gone. */
  readonly adoptOrphans: () => void;
  send(message: FromWorker): void;
}

/** A worker's end of the line to its primary. */
export class WorkerLine {
  readonly #parts: WorkerLineParts;

  constructor(parts: WorkerLineParts) {
    this.#parts = parts;
  }

  /** The primary has said something. */
  async hear(message: ToWorker): Promise<void> {
    if (message.kind === 'adopt-orphans') this.#parts.adoptOrphans();
    else if (message.kind === 'question') {
      const { topic, after } = message;
      const answer = await this.#answer(topic, after);
      this.#parts.send({ kind: 'answer', topic, answer } as FromWorker);
    }
  }

  /** Says once that this worker is ready, as soon as it is. */
  async tellReadiness(): Promise<void> {
    const { clock, limits, reports, send } = this.#parts;
    const { ready } = await reports.readiness();
    if (ready) send({ kind: 'ready' });
    else clock.after(limits.workerLooksEveryMs, () => void this.tellReadiness());
  }

  async lastCounts(): Promise<LastCounts> {
    return { kind: 'last-counts', metrics: await this.#parts.reports.metricFamilies() };
  }

  async #answer(topic: Topic, after: number): Promise<Answers[Topic]> {
    const { reports } = this.#parts;
    switch (topic) {
      case 'readiness':
        return reports.readiness();
      case 'ledger':
        return reports.ledger();
      case 'metrics':
        return reports.metricFamilies();
      case 'verdicts':
        return { sampling: reports.verdicts.sampling, verdicts: reports.verdicts.after(after) };
      case 'forget':
        await reports.forgetPrograms();
        return true;
    }
  }
}
