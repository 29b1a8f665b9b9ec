/** Why nothing changes: a closed set, which `docs/operating.md` explains. */
const HOLD_REASONS = [
  'terminal',
  'rollingBack',
  'pending',
  'paused',
  'globalStop',
  'storePaused',
  'missingData',
  'sourceUnavailable',
  'noTraffic',
  'staleData',
  'insufficientSamples',
  'minimumDwell',
  'stageDuration',
  'observationWindow',
  'stabilizationWindow',
  'successCriteria',
  'health',
  'requiredMetrics',
  'audit',
  'cooldown',
  'calendar',
  'concurrency',
  'waiverExpired',
  'gateHook',
] as const;
export type HoldReason = (typeof HOLD_REASONS)[number];

/** Why something changes, or waits for a person. */
const ACT_REASONS = [
  'killed',
  'blastRadius',
  'criterion',
  'operator',
  'auditFailed',
  'noProgress',
  'approval',
  'ready',
] as const;
type ActReason = (typeof ACT_REASONS)[number];

export type Reason = HoldReason | ActReason;
export const REASONS: readonly Reason[] = [...HOLD_REASONS, ...ACT_REASONS];
