import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { MetricSources } from '../../sight/metricSources.ts';
import type { PreflightSubject } from './subject.ts';

/** Every metric source that the contract names. */
export async function sourcesAnswer(
  sources: MetricSources,
  { rollout, nowMs }: PreflightSubject,
): Promise<readonly Finding[]> {
  const named = new Set(rollout.contract.slis.map((sli) => sli.source));
  const states = await sources.states(nowMs);
  return [...named].map((name) => {
    const state = states.get(name);
    const item = `source ${name}`;
    return state === undefined
      ? { item, ok: false, detail: 'METRIC_SOURCES has no source of this name; add it' }
      : { item, ok: state.ok, detail: state.ok ? state.detail : `${state.detail}; bring it back, or mend its address` };
  });
}
