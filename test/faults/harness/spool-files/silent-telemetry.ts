import type { SpoolTelemetry } from '@trackline/tracker/shipping/disk/telemetry';

/** Tells nobody. */
export const silentSpoolTelemetry: SpoolTelemetry = Object.freeze({
  groupKept() {},
  spoolFailed() {},
  spoolDamaged() {},
  segmentUnreadable() {},
  spoolFilling() {},
  spoolAdopted() {},
});
