import type { Clock } from '@trackline/domain/clock';
import type { Answer, Answers, Question, Topic } from './messages.ts';

export interface AskingOptions {
  readonly clock: Clock;
  /** How long whoever asks waits. */
  readonly answerMs: number;
  send(id: number, question: Question): void;
}

type Waiting = (answer: unknown) => void;

/**
 * Asks workers, and waits no longer than it may for one that does not answer. Such a one is not asked the
 * same again before it has answered, so that nothing piles up before it: who asks meanwhile hears that
 * answer, too.
 */
export class Asking {
  readonly #options: AskingOptions;
  /** By worker and topic, who waits for the answer that it owes. */
  readonly #owed = new Map<number, Map<Topic, Set<Waiting>>>();

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  /**
   * @param after of verdicts: the number of the last one that is known
   * @returns null where there is no answer in time, or no worker any more
   */
  ask<T extends Topic>(id: number, topic: T, after = 0): Promise<Answers[T] | null> {
    const { clock, answerMs, send } = this.#options;
    return new Promise((resolve) => {
      const ofWorker = this.#owed.get(id) ?? new Map<Topic, Set<Waiting>>();
      this.#owed.set(id, ofWorker);
      const isOwed = ofWorker.has(topic);
      const waiting = ofWorker.get(topic) ?? new Set();
      ofWorker.set(topic, waiting);
      const timer = clock.after(answerMs, () => hear(null));
      const hear = (answer: unknown): void => {
        timer.cancel();
        waiting.delete(hear);
        resolve(answer as Answers[T] | null);
      };
      waiting.add(hear);
      if (!isOwed) send(id, { kind: 'question', topic, after });
    });
  }

  /** A worker has answered. */
  answered(id: number, { topic, answer }: Answer): void {
    const ofWorker = this.#owed.get(id);
    const waiting = ofWorker?.get(topic) ?? [];
    ofWorker?.delete(topic);
    for (const hear of [...waiting]) hear(answer);
  }

  /** A worker is gone: it answers nothing any more. */
  gone(id: number): void {
    const owed = this.#owed.get(id)?.values() ?? [];
    this.#owed.delete(id);
    for (const waiting of owed) for (const hear of [...waiting]) hear(null);
  }
}
