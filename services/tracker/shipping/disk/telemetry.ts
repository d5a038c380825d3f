/** What a spool on a disk has to tell. */
export interface SpoolTelemetry {
  /** A group is on the disk. */
  groupKept(group: { readonly events: number; readonly bytes: number; readonly tookMs: number }): void;
  /** The disk did not do what it was asked to. `refused`: how many events were answered so. */
  spoolFailed(failure: { readonly code: string; readonly refused: number }): void;
  /** Stretches of a segment that are no frames: at least as many events are lost. */
  spoolDamaged(damage: {
    readonly segment: string;
    readonly stretches: number;
    readonly bytes: number;
  }): void;
  /**
   * A segment, or the folder of a tracker that is gone, can't be opened, or is of another version of the format: it
   * is left as it is.
   */
  segmentUnreadable(problem: { readonly segment: string; readonly code: string }): void;
  /** The spool has come to hold more than the share of what it may at which a person is to look. */
  spoolFilling(spool: { readonly usedBytes: number; readonly bytesMax: number }): void;
  /** The folder of a tracker that died was taken over, with what it had not sent. */
  spoolAdopted(adopted: {
    readonly folder: string;
    readonly writers: readonly string[];
    readonly events: number;
  }): void;
}
