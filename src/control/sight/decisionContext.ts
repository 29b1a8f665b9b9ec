import type { NamedCalendar } from '../../domain/calendar/shutBy.ts';
import { planDigest } from '../../domain/contract/digest.ts';
import { isApproved } from '../../domain/governance/contractState.ts';
import { coveringWaivers, type WaiverGap, waiverGap, waiverGapUnseen } from '../../domain/governance/waiverCover.ts';
import type { WaiverState } from '../../domain/governance/waiverState.ts';
import type { Ask, DecisionContext } from '../../domain/rollout/context.ts';
import { isPending, type RolloutState } from '../../domain/rollout/state.ts';
import { takeoverOf } from '../../domain/rollout/takeover.ts';
import type { FlagView } from '../flags/flagView.ts';
import type { ContractRegister } from '../ports/contractRegister.ts';
import type { FeatureRecord } from '../ports/featureRegister.ts';
import type { InstallationRegister } from '../ports/installationRegister.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import type { WaiverRegister } from '../ports/waiverRegister.ts';
import { ShutCalendars } from './shutCalendars.ts';

export type ContextDeps = {
  readonly contracts: ContractRegister;
  readonly waivers: WaiverRegister;
  readonly rollouts: RolloutRegister;
  readonly installation: InstallationRegister;
  readonly view: FlagView;
  /** The installation's poll interval; a contract may ask for less often. */
  readonly pollIntervalMs: number;
};

/** What holds for all rollouts of one round, read once. */
export type Surroundings = {
  readonly ledgerAway: boolean;
  readonly globalStop: boolean;
  readonly calendars: readonly NamedCalendar[];
  readonly liveRollouts: number;
};

/** With the ledger away nobody has looked, and nothing opens. */
export const UNKNOWN_SURROUNDINGS: Surroundings = {
  ledgerAway: true,
  globalStop: false,
  calendars: [],
  liveRollouts: 0,
};

export type Weighing = {
  readonly rollout: RolloutState;
  readonly feature: FeatureRecord;
  readonly audit: DecisionContext['audit'];
  /** By {@link DecisionContexts.supersededBy}. */
  readonly superseded: RolloutState | null;
  readonly ask: Ask | null;
  readonly nowMs: number;
};

/** What an opening rests on, read anew; the waivers are those that let it break a rule. */
export type LatestContext = { readonly context: DecisionContext; readonly waivers: readonly WaiverState[] };

/** Gathers what a decision needs to know beside the rollout and its measurements. */
export class DecisionContexts {
  readonly #deps: ContextDeps;
  readonly #shut = new ShutCalendars();

  constructor(deps: ContextDeps) {
    this.#deps = deps;
  }

  /** Of a contract that polls less often than the installation, its own. */
  pollIntervalMs(rollout: RolloutState): number {
    return Math.max(this.#deps.pollIntervalMs, (rollout.contract.pollIntervalSeconds ?? 0) * 1000);
  }

  async surroundings(): Promise<Surroundings> {
    const [installation, liveRollouts] = await Promise.all([
      this.#deps.installation.get(),
      this.#deps.rollouts.countLive(),
    ]);
    const { stop, calendars } = installation;
    return { ledgerAway: false, globalStop: stop !== null, calendars, liveRollouts };
  }

  /** The rollout that a pending one is to take over; null where its contract supersedes none. */
  async supersededBy(rollout: RolloutState): Promise<RolloutState | null> {
    const { supersedes } = rollout.contract;
    if (supersedes === undefined || !isPending(rollout) || rollout.dryRun) return null;
    return (await this.#deps.rollouts.get(supersedes))?.state ?? null;
  }

  async of(weighing: Weighing, surroundings: Surroundings): Promise<DecisionContext> {
    return this.#context(weighing, surroundings, await this.#waiverGap(weighing));
  }

  /**
   * The same with everything read anew: who has stopped it while something was waited for meant what is about to happen.
   * Throws `LedgerUnreachable`.
   */
  async latest(weighing: Weighing): Promise<LatestContext> {
    const { rollout, nowMs } = weighing;
    const cover = [usesOf(rollout), await this.#waiversOf(rollout), rollout.policy, nowMs] as const;
    const context = await this.#context(weighing, await this.surroundings(), waiverGap(...cover));
    return { context, waivers: coveringWaivers(...cover) };
  }

  async #context(weighing: Weighing, surroundings: Surroundings, gap: WaiverGap | null): Promise<DecisionContext> {
    const { rollout, feature } = weighing;
    const live = feature.state.exposure.live;
    const isOther = live !== null && live.rolloutId !== rollout.id;
    const countsItself = live?.rolloutId === rollout.id ? 1 : 0;
    return {
      pollIntervalMs: this.pollIntervalMs(rollout),
      ledgerAway: surroundings.ledgerAway,
      globalStop: surroundings.globalStop,
      storePaused: this.#storePaused(rollout),
      found: rollout.dryRun ? null : this.#deps.view.found(rollout.feature),
      featureCooldownUntilMs: feature.state.cooldownUntilMs,
      otherLiveRolloutId: isOther ? live.rolloutId : null,
      // With the ledger away nobody has counted.
      otherLiveRollouts: Math.max(0, surroundings.liveRollouts - countsItself),
      audit: weighing.audit,
      contractApproved: await this.#contractApproved(rollout, weighing.nowMs),
      calendar: this.#calendar(weighing, surroundings),
      waiverGap: gap,
      gateHook: null,
      takeover: takeoverOf(weighing.superseded),
      ask: weighing.ask,
    };
  }

  #storePaused(rollout: RolloutState): boolean {
    return !rollout.dryRun && this.#deps.view.edits(rollout.feature).paused === true;
  }

  #calendar({ rollout, nowMs }: Weighing, { calendars }: Surroundings): DecisionContext['calendar'] {
    const { feature, contract } = rollout;
    return this.#shut.by(calendars, { feature, criticality: contract.criticality }, nowMs);
  }

  /** Asked only where it matters: before the gate opens for the first time. */
  async #contractApproved(rollout: RolloutState, nowMs: number): Promise<boolean> {
    if (rollout.wedgeState !== 'PENDING' || rollout.dryRun) return true;
    const contract = await this.#deps.contracts.get(rollout.contract.id);
    return contract !== null && isApproved(contract, nowMs);
  }

  /** Asked only of a rollout that breaks a rule by leave; the others pay nothing for it. */
  async #waiversOf(rollout: RolloutState): Promise<readonly WaiverState[]> {
    if (usesOf(rollout).length === 0) return [];
    return this.#deps.waivers.ofPlan(rollout.feature, planDigest(rollout.contract));
  }

  async #waiverGap({ rollout, nowMs }: Weighing): Promise<WaiverGap | null> {
    try {
      return waiverGap(usesOf(rollout), await this.#waiversOf(rollout), rollout.policy, nowMs);
    } catch (error) {
      if (!(error instanceof LedgerUnreachable)) throw error;
      // Nothing opens without the ledger; what must close is still weighed.
      return waiverGapUnseen(usesOf(rollout), nowMs);
    }
  }
}

/** A dry run exposes nobody, and needs nobody's leave. */
const usesOf = ({ dryRun, waivers }: RolloutState) => (dryRun ? [] : waivers);
