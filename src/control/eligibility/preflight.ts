import { criteriaOf } from '../../domain/health/criterion.ts';
import { type MeasurementQuery, type Measurements, queryKey } from '../../domain/health/measurement.ts';
import type { Sli } from '../../domain/health/sli.ts';
import type { Actor, EntryDraft } from '../../domain/ledger/entry.ts';
import { draft } from '../../domain/rollout/draft.ts';
import { type PreflightItem, preflightPassed } from '../../domain/rollout/preflight.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import { type FlagStore, FlagStoreUnreachable } from '../ports/flagStore.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import type { PolicyFit } from '../validation/policyFit.ts';
import { type PolicyInForce, replacedText } from '../validation/policyInForce.ts';

export type PreflightDeps = {
  readonly sources: MetricSources;
  readonly store: FlagStore;
  readonly policyFit: PolicyFit;
  readonly inForce: PolicyInForce;
};
export type PreflightDraft = Extract<EntryDraft, { type: 'preflight' }>;

/** What is looked at before a gate opens for the first time: sources answer, every SLI yields data or is declared new, the store takes writes. */
export class Preflight {
  readonly #deps: PreflightDeps;

  constructor(deps: PreflightDeps) {
    this.#deps = deps;
  }

  /** The entry that tells what was found. */
  async entry(rollout: RolloutState, feature: FeatureRecord, actor: Actor, nowMs: number): Promise<PreflightDraft> {
    const items = await this.#items(rollout, feature, nowMs);
    const saying = { atMs: nowMs, actor, reason: null, comment: null, evidence: null };
    const data = { passed: preflightPassed(items), items };
    return draft(rollout, saying, { type: 'preflight', data }) as PreflightDraft;
  }

  async #items(rollout: RolloutState, feature: FeatureRecord, nowMs: number): Promise<readonly PreflightItem[]> {
    const [policy, sources, slis, store] = await Promise.all([
      this.#policy(rollout, feature),
      this.#sources(rollout, nowMs),
      this.#slis(rollout, nowMs),
      this.#store(rollout),
    ]);
    return [notKilled(feature), policy, ...store, ...sources, ...slis];
  }

  async #policy(rollout: RolloutState, feature: FeatureRecord): Promise<PreflightItem> {
    const replacement = await this.#deps.inForce.replacement();
    if (replacement !== null) return item('policy', false, replacedText(replacement));
    const violations = await this.#deps.policyFit.broken(rollout, feature);
    const broken = violations.map(({ rule }) => rule);
    if (broken.length === 0) return item('policy', true, 'the contract keeps the rules of today');
    return item('policy', false, `the contract breaks stricter rules of today: ${broken.join(', ')}; propose it again`);
  }

  async #sources(rollout: RolloutState, nowMs: number): Promise<readonly PreflightItem[]> {
    const named = new Set(rollout.contract.slis.map((sli) => sli.source));
    const states = await this.#deps.sources.states(nowMs);
    return [...named].map((name) => {
      const state = states.get(name);
      if (state === undefined)
        return item(`source ${name}`, false, 'METRIC_SOURCES has no source of this name; add it');
      return item(`source ${name}`, state.ok, state.detail);
    });
  }

  async #slis(rollout: RolloutState, nowMs: number): Promise<readonly PreflightItem[]> {
    const questions = rollout.contract.slis.map((sli) => ({ sli, query: questionAbout(sli, rollout) }));
    const answers = await this.#deps.sources.measure(
      questions.map(({ query }) => query),
      nowMs,
    );
    return questions.map(({ sli, query }) => sliItem(sli, answers.get(queryKey(query))));
  }

  /** A dry run publishes nothing, so it does not need the store. */
  async #store(rollout: RolloutState): Promise<readonly PreflightItem[]> {
    if (rollout.dryRun) return [];
    try {
      await this.#deps.store.rehearse();
      return [item('flag store', true, 'takes writes')];
    } catch (error) {
      if (!(error instanceof FlagStoreUnreachable)) throw error;
      return [item('flag store', false, `${error.message}; bring the flag store back`)];
    }
  }
}

const item = (name: string, passed: boolean, detail: string): PreflightItem => ({
  item: name,
  outcome: passed ? 'passed' : 'failed',
  detail,
});

const notKilled = ({ definition, state }: FeatureRecord) =>
  item(
    'feature not killed',
    !state.exposure.killed,
    state.exposure.killed ? `revive ${definition.key} first` : 'it is not',
  );

/** Nobody is in a cohort yet, so everybody is asked about, over the longest window that any criterion will use. */
function questionAbout(sli: Sli, rollout: RolloutState): MeasurementQuery {
  const criteria = rollout.contract.rolloutWedge.wedgeStages.flatMap((stage) => criteriaOf(stage));
  const windows = criteria.filter((each) => each.criterion.sli === sli.id).map((each) => each.criterion.windowSeconds);
  return { sli, windowSeconds: Math.max(0, ...windows), offsetSeconds: 0, arms: 'all' };
}

function sliItem(sli: Sli, answer: Measurements | undefined): PreflightItem {
  const found = answer?.all;
  const name = `SLI ${sli.id}`;
  if (found === undefined) return item(name, false, `source ${sli.source} gave no answer`);
  if (found.kind === 'observed') return item(name, true, `is ${found.value} over ${found.samples} samples`);
  if (found.kind === 'noTraffic') return item(name, true, 'is there, without traffic in its window');
  if (found.kind === 'missing' && sli.declaredNew) return item(name, true, 'has no data yet and is declared new');
  const mend = found.kind === 'missing' ? '; check the selector, or say `declaredNew` where the metric is to come' : '';
  return item(name, false, `${found.detail}${mend}`);
}
