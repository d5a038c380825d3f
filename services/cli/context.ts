import type { DeadLettersReplayer } from '@trackline/adapters/event-store/dead-letters';
import type { LedgerReader } from '@trackline/adapters/event-store/ledger';
import type {
  TrackingEventsEraser,
  TrackingEventsReader,
} from '@trackline/adapters/event-store/tracking-events';
import type { TransactionsReader } from '@trackline/adapters/event-store/transactions';
import type { EventStream } from '@trackline/adapters/event-stream/event-stream';
import type { Keyring } from '@trackline/adapters/keyring/keyring';
import type { OnFailureDestination } from '@trackline/adapters/on-failure/on-failure';
import type { ProgramStoreReader, ProgramStoreWriter } from '@trackline/adapters/program-store/program-store';
import type { ProgramTableReader } from '@trackline/adapters/program-table/program-table';
import type { Clock, Random } from '@trackline/domain/clock';

/**
 * The parts of the system that a command may ask for. Each is connected when it is first asked for, and
 * closed at the end.
 */
export interface Parts {
  programTable(): Promise<ProgramTableReader>;
  coreDataStream(): Promise<EventStream>;
  /** Any stream, by its name. */
  stream(name: string): Promise<EventStream>;
  programStoreReader(): Promise<ProgramStoreReader>;
  programStoreWriter(): Promise<ProgramStoreWriter>;
  trackingEvents(): Promise<TrackingEventsReader>;
  eraser(): Promise<TrackingEventsEraser>;
  transactions(): Promise<TransactionsReader>;
  ledger(): Promise<LedgerReader>;
  deadLetters(): Promise<DeadLettersReplayer>;
  onFailure(): Promise<OnFailureDestination>;
  /** The keyring of this file, or else the one that environment or stack file name; an empty one if none does. */
  keyring(file: string | undefined): Promise<Keyring>;
  /** Where the trackers are reached, if the system says so of itself. */
  trackerUrl(): Promise<string | undefined>;
}

/** Shows how far a long command is; nothing where nobody looks. */
export type Progress = (text: string) => void;

/** All that a command needs besides its arguments. */
export interface Context {
  readonly parts: Parts;
  readonly clock: Clock;
  readonly random: Random;
  readonly progress: Progress;
}
