import type { HealthOutcome } from '../../domain/rollout/healthWatch.ts';
import type { HoldReason } from '../../domain/rollout/reason.ts';

export type ChangeResult = 'promote' | 'rollback' | 'pause' | 'hold' | 'complete';
export type RunStatus = 'ok' | 'prom_unreachable' | 'redis_error' | 'ledger_error';

/**
 * What the controller shows of its work. Every call is synchronous, cheap and never throws: nothing may be late because it
 * was counted. Labels are bounded by the number of features; `forget` takes a feature's series away.
 */
export interface RolloutTelemetry {
  /** `rollout_controller_changes_total` */
  change(feature: string, result: ChangeResult): void;
  /** `rollout_controller_runs_total` */
  run(status: RunStatus): void;
  /** `rollout_controller_percent`, 0 to 100 */
  percent(feature: string, percentage: number): void;
  /** `rollout_stage` and `rollout_stage_started_timestamp_seconds`: the one current stage; null where no rollout is live. */
  stage(feature: string, current: { readonly stage: string; readonly startedAtMs: number } | null): void;
  /** `rollout_advancement_total` */
  advancement(feature: string, toStage: string): void;
  /** `rollout_rollback_total`; a stage of "zero" is what the feature exposed before the rollout. */
  rollback(feature: string, fromStage: string, toStage: string): void;
  /** `rollout_health_verified_total`: whether a rollback has helped. */
  healthVerified(feature: string, outcome: HealthOutcome): void;
  /** `rollout_rollback_seconds`: from trigger to exposure removed. */
  rollbackSeconds(seconds: number): void;
  /** `rollout_confirmed_seconds`: from trigger to confirmed, be it that the wait was over. */
  confirmedSeconds(seconds: number): void;
  /** `rollout_hold`: the one current reason; null where nothing holds. */
  hold(feature: string, reason: HoldReason | 'approval' | null): void;
  /** `rollout_sli_value`; null where nothing was observed: an old value shown as if it were new would be a lie. */
  sliValue(feature: string, sli: string, cohort: string, value: number | null): void;
  /** `rollout_sli_threshold`; null where the stage has none. */
  sliThreshold(feature: string, sli: string, threshold: number | null): void;
  /** `rollout_error_rate` */
  errorRate(feature: string, cohort: string, value: number | null): void;
  /** `rollout_tick_lag_seconds`: how late a tick began. */
  tickLag(seconds: number): void;
  /** `rollout_propagation_seconds`: from publish to seen by this process. */
  propagation(seconds: number): void;
  /** An archived feature is no longer shown. */
  forget(feature: string): void;
}

/** What the wire shows of its work. As cheap: `lookup` runs within every lookup. */
export interface ServingTelemetry {
  /** `flag_lookups_total`. Only for features that exist: a key that anybody can make up must not become a label. */
  lookup(feature: string, variant: 'on' | 'off'): void;
  /**
   * `flag_document_faults_total`: a stored text that can't be served, counted when it is first seen. Null where lookups know no such
   * feature: whoever may write to the store must not make up labels.
   */
  documentFault(feature: string | null): void;
  /** `flag_lookup_seconds`, once per request. */
  lookupSeconds(seconds: number): void;
  /** `http_request_duration_seconds`. `route` is the pattern, never the path. Lookups that succeed are not counted here. */
  request(method: string, route: string, status: number, seconds: number): void;
  /** `flag_snapshot_age_seconds` is read by this at every scrape. */
  watchSnapshotAge(ageSeconds: () => number): void;
  /** `event_streams` is read by this at every scrape. */
  watchStreams(open: () => number): void;
  /** `event_streams_dropped_total`: its client took nothing for too long. */
  streamDropped(): void;
  /** All series in the text format of Prometheus. */
  exposition(): Promise<{ readonly contentType: string; readonly text: string }>;
}

export type Telemetry = RolloutTelemetry & ServingTelemetry;
