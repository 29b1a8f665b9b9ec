import type { Policy } from '../../domain/contract/policy.ts';
import { looserThanDefaults } from '../../domain/contract/policyStrictness.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { INSTALLATION_CHAIN } from '../../domain/ledger/entry.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { InstallationDesk, PolicyView, Readiness, SourceView, StopView } from '../application.ts';
import type { FlagView } from '../flags/flagView.ts';
import type { Publisher } from '../flags/publisher.ts';
import type { Clock } from '../ports/clock.ts';
import type { FlagStore } from '../ports/flagStore.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import { type Expected, type Ledger, LedgerUnfit } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import type { MetricSources } from '../sight/metricSources.ts';
import { type PolicyInForce, replacedText } from '../validation/policyInForce.ts';
import { installationDraft } from './installationDraft.ts';

export type InstallationDeps = {
  readonly ledger: Ledger;
  readonly installation: InstallationRegister;
  readonly store: FlagStore;
  readonly publisher: Publisher;
  readonly view: FlagView;
  readonly sources: MetricSources;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly inForce: PolicyInForce;
  readonly environment: string;
};

type Dependency = { readonly ok: boolean; readonly detail: string };

/** What holds for the whole installation: its sources, its policy, its stop, and whether it is ready. */
export class Installation implements InstallationDesk {
  readonly #deps: InstallationDeps;

  constructor(deps: InstallationDeps) {
    this.#deps = deps;
  }

  get environment(): string {
    return this.#deps.environment;
  }

  /** Since when it is the recorded one; null for the defaults of an installation that never had another. */
  async policy(): Promise<PolicyView> {
    const replacement = await this.#deps.inForce.replacement();
    const { policySinceMs } = await this.#deps.installation.get();
    const inForce = replacement === null;
    const since = inForce && policySinceMs !== null ? new Date(policySinceMs).toISOString() : null;
    return { policy: this.#deps.policy, since, inForce };
  }

  async sources(): Promise<readonly SourceView[]> {
    const states = await this.#deps.sources.states(this.#deps.clock.nowMs());
    return this.#deps.sources.list().map(({ name, kind }) => {
      const state = states.get(name) ?? { ok: false, detail: 'gave no state' };
      return { name, kind, ...state };
    });
  }

  /** Ready means that lookups are served and the ledger takes entries; a source that is away holds rollouts, not the service. */
  async readiness(): Promise<Readiness> {
    const [ledger, policy, sources] = await Promise.all([this.#ledger(), this.#policy(), this.sources()]);
    const flagStore = this.#flagStore();
    const named = sources.map((source) => [`source ${source.name}`, { ok: source.ok, detail: source.detail }] as const);
    return {
      ready: ledger.ok && flagStore.ok,
      dependencies: { ledger, policy, flagStore, lookups: this.#lookups(), ...Object.fromEntries(named) },
      policyLooserThanDefault: looserThanDefaults(this.#deps.policy),
    };
  }

  async stop(): Promise<StopView> {
    const { stop } = await this.#deps.installation.get();
    if (stop === null) return { active: false, by: null, reason: null, at: null };
    return { active: true, by: stop.by.subject, reason: stop.comment, at: new Date(stop.atMs).toISOString() };
  }

  async setStop(who: Principal, comment: string): Promise<StopView> {
    if (!(await this.stop()).active) await this.#append(who, comment, 'stopSet', {});
    return this.stop();
  }

  async liftStop(who: Principal, comment: string | null): Promise<StopView> {
    // Read first: a stop that somebody sets meanwhile is not the one that was seen, and stays.
    const { seq } = await this.#deps.ledger.head(INSTALLATION_CHAIN);
    if ((await this.stop()).active) await this.#append(who, comment, 'stopLifted', { seq });
    return this.stop();
  }

  async #append(who: Principal, comment: string | null, type: 'stopSet' | 'stopLifted', expected: Expected) {
    const nowMs = this.#deps.clock.nowMs();
    const draft = installationDraft({ atMs: nowMs, actor: actorOf(who), comment }, { type, data: {} });
    const { kind } = await appendEntries('installation', this.#deps, [draft], expected);
    if (kind === 'conflict') throw new Refusal('CONFLICT', 'the installation was changed meanwhile; look again');
  }

  async #ledger(): Promise<Dependency> {
    return this.#deps.ledger.ping().then(
      () => ({ ok: true, detail: 'answers' }),
      (error: unknown) => ({
        ok: false,
        detail: error instanceof LedgerUnfit ? error.message : 'can not be reached; closing works, opening waits',
      }),
    );
  }

  /** They are answered whatever else is away; this says from how old a state. */
  #lookups(): Dependency {
    const { view } = this.#deps;
    const ageMs = view.freshness.ageMs();
    if (!Number.isFinite(ageMs))
      return { ok: false, detail: 'know no feature yet: neither flag store nor ledger has answered' };
    const age = `${Math.floor(ageMs / 1000)} s`;
    if (!view.freshness.isStale()) return { ok: true, detail: `up to date ${age} ago` };
    return { ok: false, detail: `answer from a state of ${age} ago, and \`off\` for features with a live rollout` };
  }

  /** One that was replaced still lets lookups and closings be served here. */
  async #policy(): Promise<Dependency> {
    return this.#deps.inForce.replacement().then(
      (replacement) =>
        replacement === null
          ? { ok: true, detail: 'is the one of the ledger' }
          : { ok: false, detail: replacedText(replacement) },
      () => ({ ok: false, detail: 'can not be compared while the ledger is away' }),
    );
  }

  #flagStore(): Dependency {
    const state = this.#deps.store.state();
    const waiting = this.#deps.publisher.unpublished;
    if (waiting.length === 0) return state;
    return { ok: false, detail: `${state.detail}; not yet published: ${waiting.slice(0, 20).join(', ')}` };
  }
}
