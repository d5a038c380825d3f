import type { Clock, Timer } from '@trackline/domain/clock';
import type { Statement } from '@trackline/domain/ledger';
import { encodeStatement } from '@trackline/proto/tracking-event';
import type { Sender } from './sender.ts';
import type { Spool } from './spool.ts';
import type { Verdicts } from './verdicts.ts';

export interface AccountOptions {
  readonly spool: Spool;
  readonly sender: Sender;
  readonly verdicts: Verdicts;
  readonly clock: Clock;
  readonly instance: string;
  readonly everyMs: number;
}

/** The writer's side of the ledger: what this tracker says of itself, on the stream and on the admin port. */
export class Account {
  readonly #options: AccountOptions;
  #timer: Timer | null = null;
  #lost = 0;

  constructor(options: AccountOptions) {
    this.#options = options;
  }

  /** States at once, so that the writer is known before its first event, and from then on every so often. */
  open(): void {
    const { sender, clock, everyMs } = this.#options;
    sender.state(encodeStatement(this.statement(false)));
    this.#timer = clock.after(everyMs, () => this.open());
  }

  /** States for the last time. `lost`: how many accepted events were given up. */
  close(lost: number): void {
    this.#timer?.cancel();
    this.#lost = lost;
    this.#options.sender.state(encodeStatement(this.statement(true)));
  }

  statement(final: boolean): Statement {
    const { spool, verdicts, clock, instance } = this.#options;
    return {
      writer: spool.writer,
      instance,
      atMs: clock.wallMs(),
      acceptedThrough: spool.state().acceptedThrough,
      rejected: verdicts.total('rejected'),
      shed: verdicts.total('shed'),
      ignored: verdicts.total('ignored'),
      lost: this.#lost,
      final,
    };
  }
}
