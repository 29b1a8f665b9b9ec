import type { Sli } from '../../../domain/health/sli.ts';
import { judgeStability, type Stability, speaksOfStability, stabilitySteps } from '../../../domain/health/stability.ts';
import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { MetricSources } from '../../sight/metricSources.ts';
import type { PreflightSubject } from './subject.ts';

const WAIVE = 'have PREFLIGHT_BASELINE waived';
/** A contract keeps the policy that judged it, so a window that is shortened today helps from the next proposal on. */
const SHORTEN = 'lower baselineWindowHours in the policy file and propose again';
const MEND = {
  unhealthy: `start when it has calmed down, or ${WAIVE}`,
  short: `start when it has the whole window, ${SHORTEN}, or ${WAIVE}`,
  unavailable: `mend the source, or ${WAIVE}`,
  noPast: `name a Prometheus source in METRIC_SOURCES and in the contract, ${SHORTEN}, or ${WAIVE}`,
} as const;

type BaselineSubject = Pick<PreflightSubject, 'rollout' | 'policy' | 'nowMs'>;

/**
 * What all traffic showed before: whoever lets a change into a service that is unhealthy already can't tell what the change does.
 * One range query an SLI; its steps are as many whether the window is a day or a year.
 */
export async function steadyBaseline(sources: MetricSources, subject: BaselineSubject): Promise<readonly Finding[]> {
  const hours = subject.policy.baselineWindowHours;
  if (hours === 0) return [{ item: 'baseline', ok: true, detail: 'not looked at: baselineWindowHours is 0' }];
  const slis = subject.rollout.contract.slis.filter(speaksOfStability);
  if (slis.length === 0) return [nothingSpeaks()];
  return Promise.all(
    slis.map(async (sli) => {
      const { verdict, detail } = await judged(sources, sli, subject);
      const item = `baseline of ${sli.id}`;
      if (verdict === 'steady') return { item, ok: true, detail };
      return { item, ok: false, detail: `${detail}; ${MEND[verdict]}` };
    }),
  );
}

const nothingSpeaks = (): Finding => ({
  item: 'baseline',
  ok: false,
  detail: `no SLI of the contract speaks of errors (ratio, lower) or of a 95th percentile in seconds, with a past; add one, or ${WAIVE}`,
});

type Judged = Stability | { readonly verdict: 'noPast'; readonly detail: string };

async function judged(sources: MetricSources, sli: Sli, { policy, nowMs }: BaselineSubject): Promise<Judged> {
  const limits = {
    windowHours: policy.baselineWindowHours,
    maxErrorRate: policy.baselineMaxErrorRate,
    maxP95Seconds: policy.baselineMaxP95Seconds,
  };
  const range = stabilitySteps(limits.windowHours, nowMs);
  const query = { sli, windowSeconds: range.stepSeconds, offsetSeconds: 0, arms: 'all' as const };
  const found = await sources.range(query, range);
  if (found === null) return { verdict: 'noPast', detail: `source ${sli.source} keeps no past` };
  return judgeStability(
    sli,
    found.map(({ measurements }) => measurements.all),
    limits,
  );
}
