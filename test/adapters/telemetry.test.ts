import { describe, expect, test } from 'vitest';
import { PrometheusTelemetry } from '../../src/adapters/telemetry/prometheusTelemetry.ts';

const seriesOf = (text: string, name: string) =>
  text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));

async function shown(telemetry: PrometheusTelemetry, name: string) {
  const { text } = await telemetry.exposition();
  return seriesOf(text, name).map((line) =>
    line.replace(',environment="test"', '').replace('{environment="test"}', ''),
  );
}

function fed(): PrometheusTelemetry {
  const telemetry = new PrometheusTelemetry({ environment: 'test' });
  for (const feature of ['checkout', 'accounts']) {
    telemetry.change(feature, 'promote');
    telemetry.percent(feature, 10);
    telemetry.stage(feature, { stage: 'canary', startedAtMs: 1_000_500 });
    telemetry.advancement(feature, 'canary');
    telemetry.rollback(feature, 'canary', 'zero');
    telemetry.hold(feature, 'noTraffic');
    telemetry.sliValue(feature, 'error_rate', 'treatment', 0.01);
    telemetry.sliThreshold(feature, 'error_rate', 0.1);
    telemetry.errorRate(feature, 'treatment', 0.01);
    telemetry.lookup(feature, 'on');
    telemetry.lookup(feature, 'on');
    telemetry.lookup(feature, 'off');
  }
  telemetry.run('ok');
  telemetry.rollbackSeconds(0.2);
  telemetry.tickLag(0.1);
  telemetry.propagation(0.01);
  telemetry.lookupSeconds(0.000_02);
  telemetry.request('GET', '/v1/features', 200, 0.01);
  telemetry.watchSnapshotAge(() => 1.5);
  return telemetry;
}

describe('the metrics', () => {
  test('have the names and labels that dashboards and alert rules know', async () => {
    const { text, contentType } = await fed().exposition();
    expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const series of [
      'rollout_controller_changes_total{feature="checkout",result="promote",environment="test"} 1',
      'rollout_controller_percent{feature="checkout",environment="test"} 10',
      'rollout_controller_runs_total{status="ok",environment="test"} 1',
      'rollout_stage{feature="checkout",stage="canary",environment="test"} 1',
      'rollout_stage_started_timestamp_seconds{feature="checkout",stage="canary",environment="test"} 1000.5',
      'rollout_advancement_total{feature="checkout",to_stage="canary",environment="test"} 1',
      'rollout_rollback_total{feature="checkout",from_stage="canary",to_stage="zero",environment="test"} 1',
      'rollout_error_rate{feature="checkout",cohort="treatment",environment="test"} 0.01',
      'rollout_sli_value{feature="checkout",sli="error_rate",cohort="treatment",environment="test"} 0.01',
      'rollout_sli_threshold{feature="checkout",sli="error_rate",environment="test"} 0.1',
      'rollout_hold{feature="checkout",reason="noTraffic",environment="test"} 1',
      'rollout_rollback_seconds_bucket{le="60",environment="test"} 1',
      'rollout_propagation_seconds_count{environment="test"} 1',
      'rollout_tick_lag_seconds_count{environment="test"} 1',
      'flag_lookups_total{feature="checkout",variant="on",environment="test"} 2',
      'flag_lookups_total{feature="checkout",variant="off",environment="test"} 1',
      'flag_lookup_seconds_count{environment="test"} 1',
      'flag_snapshot_age_seconds{environment="test"} 1.5',
    ]) {
      expect(text).toContain(series);
    }
    expect(text).toMatch(/^http_request_duration_seconds_count\{.*route="\/v1\/features",status_code="200".*\} 1$/m);
    expect(text).toMatch(/^nodejs_eventloop_lag_seconds\{/m);
  });

  test('show one stage and one reason at a time, and neither where there is none', async () => {
    const telemetry = fed();
    telemetry.stage('checkout', { stage: 'half', startedAtMs: 2_000_000 });
    telemetry.hold('checkout', 'minimumDwell');
    expect(await shown(telemetry, 'rollout_stage')).toContain('rollout_stage{feature="checkout",stage="half"} 1');
    for (const name of ['rollout_stage', 'rollout_stage_started_timestamp_seconds', 'rollout_hold']) {
      expect(await shown(telemetry, name)).toHaveLength(2);
    }
    telemetry.stage('checkout', null);
    telemetry.hold('checkout', null);
    for (const name of ['rollout_stage', 'rollout_stage_started_timestamp_seconds', 'rollout_hold']) {
      expect(await shown(telemetry, name)).toEqual([expect.stringContaining('feature="accounts"')]);
    }
  });

  test('show no value where nothing was observed', async () => {
    const telemetry = fed();
    telemetry.sliValue('checkout', 'error_rate', 'treatment', null);
    telemetry.errorRate('checkout', 'treatment', null);
    telemetry.sliThreshold('checkout', 'error_rate', null);
    for (const name of ['rollout_sli_value', 'rollout_error_rate', 'rollout_sli_threshold']) {
      expect(await shown(telemetry, name)).toEqual([expect.stringContaining('feature="accounts"')]);
    }
  });

  test('forget an archived feature, and count it anew when it is back', async () => {
    const telemetry = fed();
    telemetry.forget('checkout');
    expect((await telemetry.exposition()).text).not.toContain('feature="checkout"');
    expect((await telemetry.exposition()).text).toContain('feature="accounts"');
    telemetry.lookup('checkout', 'on');
    telemetry.change('checkout', 'hold');
    expect(await shown(telemetry, 'flag_lookups_total')).toContain(
      'flag_lookups_total{feature="checkout",variant="on"} 1',
    );
    expect(await shown(telemetry, 'rollout_controller_changes_total')).toContain(
      'rollout_controller_changes_total{feature="checkout",result="hold"} 1',
    );
  });

  test('count the same however often they are read', async () => {
    const telemetry = fed();
    expect(await shown(telemetry, 'flag_lookups_total')).toEqual(await shown(telemetry, 'flag_lookups_total'));
  });
});
