import type { Policy } from '../../domain/contract/policy.ts';
import { stricterOf } from '../../domain/contract/policyStrictness.ts';
import type { Actor, EntryDraft } from '../../domain/ledger/entry.ts';
import { draft } from '../../domain/rollout/draft.ts';
import {
  itemOf,
  type PreflightId,
  type PreflightItem,
  preflightPassed,
  toldOnly,
  waived,
} from '../../domain/rollout/preflight.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import type { FlagStore } from '../ports/flagStore.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Notifier } from '../ports/notifier.ts';
import { Refusal } from '../refusal.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import type { PolicyFit } from '../validation/policyFit.ts';
import type { PolicyInForce } from '../validation/policyInForce.ts';
import { attestationsGiven } from './items/attestationsGiven.ts';
import { noOpenIncident } from './items/noOpenIncident.ts';
import { notArchived } from './items/notArchived.ts';
import { notifiersReachable } from './items/notifiersReachable.ts';
import { notKilled } from './items/notKilled.ts';
import { policyKept } from './items/policyKept.ts';
import { raisesWithinBlastRadius } from './items/raisesWithinBlastRadius.ts';
import { slisYieldData } from './items/slisYieldData.ts';
import { sourcesAnswer } from './items/sourcesAnswer.ts';
import { steadyBaseline } from './items/steadyBaseline.ts';
import { storeCloses } from './items/storeCloses.ts';
import type { PreflightSubject } from './items/subject.ts';

export type PreflightDeps = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly sources: MetricSources;
  readonly store: FlagStore;
  readonly notifiers: readonly Notifier[];
  readonly policyFit: PolicyFit;
  readonly inForce: PolicyInForce;
  /** Of the installation, as it is today. */
  readonly policy: Policy;
};
export type PreflightDraft = Extract<EntryDraft, { type: 'preflight' }>;

/** What is looked at before a gate opens for the first time; the items say what exactly. */
export class Preflight {
  readonly #deps: PreflightDeps;

  constructor(deps: PreflightDeps) {
    this.#deps = deps;
  }

  /** The entry that tells what was found. */
  async entry(rollout: RolloutState, feature: FeatureRecord, actor: Actor, nowMs: number): Promise<PreflightDraft> {
    const policy = stricterOf(this.#deps.policy, rollout.policy);
    const found = await this.#look({ rollout, feature, policy, nowMs });
    const items = found.map((one) => (rollout.dryRun ? toldOnly(one) : waived(one, rollout.waivers, nowMs)));
    const saying = { atMs: nowMs, actor, reason: null, comment: null, evidence: null };
    const data = { passed: preflightPassed(items), items };
    return draft(rollout, saying, { type: 'preflight', data }) as PreflightDraft;
  }

  /** Looks, and writes down what was found. */
  async record(rollout: RolloutState, feature: FeatureRecord, actor: Actor, nowMs: number) {
    const entry = await this.entry(rollout, feature, actor, nowMs);
    const expected = { rollout: { id: rollout.id, version: rollout.version } };
    const outcome = await appendEntries('eligibility', this.#deps, [entry], expected);
    if (outcome.kind === 'conflict') throw new Refusal('VERSION_STALE', 'the rollout changed meanwhile; look again');
    return entry.data;
  }

  /** All at the same time: no look rests on another, and a tick has no time to lose. */
  async #look(subject: PreflightSubject): Promise<readonly PreflightItem[]> {
    const { sources, store, notifiers, policyFit, inForce } = this.#deps;
    const [kept, closes, told, answering, yielding, baseline] = await Promise.all([
      policyKept(policyFit, inForce, subject),
      storeCloses(store, subject),
      notifiersReachable(notifiers, subject),
      sourcesAnswer(sources, subject),
      slisYieldData(sources, subject),
      steadyBaseline(sources, subject),
    ]);
    return [
      itemOf('PREFLIGHT_ARCHIVED', notArchived(subject)),
      itemOf('PREFLIGHT_KILLED', notKilled(subject)),
      itemOf('PREFLIGHT_POLICY', kept),
      ...itemsOf('PREFLIGHT_BLAST_RADIUS', raisesWithinBlastRadius(subject)),
      ...closes,
      ...itemsOf('PREFLIGHT_NOTIFICATIONS', told),
      ...itemsOf('PREFLIGHT_SOURCE', answering),
      ...itemsOf('PREFLIGHT_SLI', yielding),
      ...itemsOf('PREFLIGHT_BASELINE', baseline),
      ...itemsOf('PREFLIGHT_INCIDENTS', noOpenIncident(subject)),
      ...itemsOf('PREFLIGHT_ATTESTATIONS', attestationsGiven(subject)),
    ];
  }
}

const itemsOf = (id: PreflightId, findings: Awaited<ReturnType<typeof sourcesAnswer>>) =>
  findings.map((finding) => itemOf(id, finding));
