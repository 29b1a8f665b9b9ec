import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ChangeResult, RunStatus, Telemetry } from '../../control/ports/telemetry.ts';
import type { HealthOutcome } from '../../domain/rollout/healthWatch.ts';
import { FeatureCounter, FeatureGauge } from './featureSeries.ts';
import { LookupCounts } from './lookupCounts.ts';
import { LookupDurations } from './lookupDurations.ts';

const TO_A_MINUTE = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 20, 30, 45, 60];
const AT_ONCE = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** All metrics of one process. Every series carries the installation's environment. */
export class PrometheusTelemetry implements Telemetry {
  readonly #registry = new Registry();
  readonly #lookups = new LookupCounts(this.#registry);
  readonly #lookupDurations = new LookupDurations(this.#registry);
  readonly #featureSeries: (FeatureCounter | FeatureGauge)[] = [];

  readonly #changes = this.#featureCounter('rollout_controller_changes_total', 'Decisions carried out.', ['result']);
  readonly #percent = this.#featureGauge('rollout_controller_percent', 'Percentage that the feature is open to.', []);
  readonly #stage = this.#featureGauge('rollout_stage', '1 for the stage that the live rollout is in.', ['stage']);
  readonly #stageStarted = this.#featureGauge('rollout_stage_started_timestamp_seconds', 'When it came there.', [
    'stage',
  ]);
  readonly #advancements = this.#featureCounter('rollout_advancement_total', 'Advances into a stage.', ['to_stage']);
  readonly #rollbacks = this.#featureCounter('rollout_rollback_total', 'Rollbacks.', ['from_stage', 'to_stage']);
  readonly #verified = this.#featureCounter('rollout_health_verified_total', 'Rollbacks, by whether they helped.', [
    'outcome',
  ]);
  readonly #holds = this.#featureGauge('rollout_hold', '1 for the reason why nothing changes.', ['reason']);
  readonly #sliValues = this.#featureGauge('rollout_sli_value', 'Indicator as last observed.', ['sli', 'cohort']);
  readonly #sliThresholds = this.#featureGauge('rollout_sli_threshold', 'What it is compared with.', ['sli']);
  readonly #errorRates = this.#featureGauge('rollout_error_rate', 'Share of requests that fail.', ['cohort']);

  readonly #documentFaults = this.#featureCounter(
    'flag_document_faults_total',
    'Stored texts that could not be served; without a feature where lookups know none of that name.',
    [],
  );

  readonly #runs = new Counter({
    name: 'rollout_controller_runs_total',
    help: 'Ticks of the controller, by how they went.',
    labelNames: ['status'],
    registers: [this.#registry],
  });
  readonly #rollbackSeconds = this.#histogram(
    'rollout_rollback_seconds',
    'From trigger to exposure removed.',
    TO_A_MINUTE,
  );
  readonly #confirmedSeconds = this.#histogram(
    'rollout_confirmed_seconds',
    'From trigger to confirmed by whoever serves lookups.',
    [...TO_A_MINUTE, 90, 120],
  );
  readonly #tickLag = this.#histogram('rollout_tick_lag_seconds', 'How late ticks began.', TO_A_MINUTE);
  readonly #propagation = this.#histogram('rollout_propagation_seconds', 'From publish to served.', AT_ONCE);
  readonly #streamsDropped = new Counter({
    name: 'event_streams_dropped_total',
    help: 'Event streams ended because their client took nothing.',
    registers: [this.#registry],
  });
  readonly #requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Requests, without the lookups that were answered.',
    labelNames: ['method', 'route', 'status_code'],
    buckets: AT_ONCE,
    registers: [this.#registry],
  });

  constructor(options: { readonly environment: string }) {
    this.#registry.setDefaultLabels({ environment: options.environment });
    collectDefaultMetrics({ register: this.#registry });
  }

  change(feature: string, result: ChangeResult): void {
    this.#changes.inc({ feature, result });
  }

  run(status: RunStatus): void {
    this.#runs.inc({ status });
  }

  percent(feature: string, percentage: number): void {
    this.#percent.set({ feature }, percentage);
  }

  stage(feature: string, current: { readonly stage: string; readonly startedAtMs: number } | null): void {
    if (current === null) {
      this.#stage.forget(feature);
      this.#stageStarted.forget(feature);
      return;
    }
    this.#stage.setOnly({ feature, stage: current.stage }, 1);
    this.#stageStarted.setOnly({ feature, stage: current.stage }, current.startedAtMs / 1000);
  }

  advancement(feature: string, toStage: string): void {
    this.#advancements.inc({ feature, to_stage: toStage });
  }

  rollback(feature: string, fromStage: string, toStage: string): void {
    this.#rollbacks.inc({ feature, from_stage: fromStage, to_stage: toStage });
  }

  healthVerified(feature: string, outcome: HealthOutcome): void {
    this.#verified.inc({ feature, outcome });
  }

  rollbackSeconds(seconds: number): void {
    this.#rollbackSeconds.observe(seconds);
  }

  confirmedSeconds(seconds: number): void {
    this.#confirmedSeconds.observe(seconds);
  }

  hold(feature: string, reason: string | null): void {
    if (reason === null) this.#holds.forget(feature);
    else this.#holds.setOnly({ feature, reason }, 1);
  }

  sliValue(feature: string, sli: string, cohort: string, value: number | null): void {
    this.#sliValues.set({ feature, sli, cohort }, value);
  }

  sliThreshold(feature: string, sli: string, threshold: number | null): void {
    this.#sliThresholds.set({ feature, sli }, threshold);
  }

  errorRate(feature: string, cohort: string, value: number | null): void {
    this.#errorRates.set({ feature, cohort }, value);
  }

  tickLag(seconds: number): void {
    this.#tickLag.observe(seconds);
  }

  propagation(seconds: number): void {
    this.#propagation.observe(seconds);
  }

  forget(feature: string): void {
    for (const series of this.#featureSeries) series.forget(feature);
    this.#lookups.forget(feature);
  }

  lookup(feature: string, variant: 'on' | 'off'): void {
    this.#lookups.add(feature, variant);
  }

  documentFault(feature: string | null): void {
    this.#documentFaults.inc({ feature: feature ?? '' });
  }

  lookupSeconds(seconds: number): void {
    this.#lookupDurations.add(seconds);
  }

  request(method: string, route: string, status: number, seconds: number): void {
    this.#requests.observe({ method, route, status_code: status }, seconds);
  }

  watchSnapshotAge(ageSeconds: () => number): void {
    new Gauge({
      name: 'flag_snapshot_age_seconds',
      help: 'Since the flag documents were last known to be up to date.',
      registers: [this.#registry],
      collect() {
        this.set(ageSeconds());
      },
    });
  }

  watchStreams(open: () => number): void {
    new Gauge({
      name: 'event_streams',
      help: 'Event streams that are open.',
      registers: [this.#registry],
      collect() {
        this.set(open());
      },
    });
  }

  streamDropped(): void {
    this.#streamsDropped.inc();
  }

  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.#registry] });
  }

  #featureGauge(name: string, help: string, more: readonly string[]): FeatureGauge {
    const gauge = new FeatureGauge(new Gauge(this.#config(name, help, more)));
    this.#featureSeries.push(gauge);
    return gauge;
  }

  #featureCounter(name: string, help: string, more: readonly string[]): FeatureCounter {
    const counter = new FeatureCounter(new Counter(this.#config(name, help, more)));
    this.#featureSeries.push(counter);
    return counter;
  }

  #config(name: string, help: string, more: readonly string[]) {
    return { name, help, labelNames: ['feature', ...more], registers: [this.#registry] };
  }
}
