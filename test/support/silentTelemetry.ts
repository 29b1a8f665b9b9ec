import type { RolloutTelemetry } from '../../src/control/ports/telemetry.ts';

const nothing = () => {};

/** Telemetry that nobody looks at. */
export const SILENT_TELEMETRY: RolloutTelemetry = {
  change: nothing,
  run: nothing,
  percent: nothing,
  stage: nothing,
  advancement: nothing,
  rollback: nothing,
  healthVerified: nothing,
  rollbackSeconds: nothing,
  confirmedSeconds: nothing,
  hold: nothing,
  sliValue: nothing,
  sliThreshold: nothing,
  errorRate: nothing,
  tickLag: nothing,
  propagation: nothing,
  forget: nothing,
};
