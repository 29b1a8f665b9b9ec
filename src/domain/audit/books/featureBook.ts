import type { Exposure } from '../../feature/flagDocument.ts';
import type { Grants } from '../../feature/grants.ts';
import { metByBoth } from '../reach.ts';
import { isMembers } from '../read.ts';
import { msOfMinutes } from '../spans.ts';
import type { Life } from './life.ts';
import { dataOf, type Told } from './told.ts';
import { WorkspaceBook } from './workspaceBook.ts';

/** A closing whose removal the chain does not tell of yet. */
export type Trigger = {
  readonly seq: number;
  readonly rollout: string | null;
  readonly atMs: number;
  readonly deadlineMs: number;
};

/** A removal that the chain does not tell to be confirmed yet. */
type Unconfirmed = {
  readonly rollout: string | null;
  readonly documentVersion: number;
  readonly triggeredAtMs: number;
  readonly removedAtMs: number;
};

/** By law, where no policy says less. */
const LONGEST_REMOVAL_SECONDS = 60;

/** What the entries of a real rollout, or of the feature itself, make of its exposure. */
export class FeatureBook {
  #grants: Grants = [];
  #killed = false;
  #settled: Grants = [];
  #cooledAtMs = 0;
  #reviveAskedBy: string | null = null;
  #triggers: readonly Trigger[] = [];
  #unconfirmed: readonly Unconfirmed[] = [];
  readonly workspaces = new WorkspaceBook();

  /** What lookups may see. */
  get shown(): Grants {
    return this.#killed ? [] : this.#grants;
  }

  /** What is left to it when no rollout is live. */
  get settled(): Grants {
    return this.#settled;
  }

  get cooledAtMs(): number {
    return this.#cooledAtMs;
  }

  get reviveAskedBy(): string | null {
    return this.#reviveAskedBy;
  }

  get triggers(): readonly Trigger[] {
    return this.#triggers;
  }

  /** The removal that a confirmation speaks of: of two at one moment the one of its version. */
  removalOf(told: Told): Unconfirmed | null {
    const confirmation = dataOf(told, 'exposureConfirmed');
    const ofTrigger = this.#unconfirmed.filter(
      ({ rollout, triggeredAtMs }) => rollout === told.rollout && triggeredAtMs === confirmation?.triggeredAtMs,
    );
    const ofVersion = ofTrigger.find(({ documentVersion }) => documentVersion === confirmation?.documentVersion);
    return ofVersion ?? ofTrigger[0] ?? null;
  }

  /** `before`: the rollout that the entry speaks of, as it stood. */
  enter(told: Told, before: Life | null): void {
    if (told.dryRun) return;
    this.#close(told, before);
    const exposure = exposureOf(told);
    if (exposure === null) this.workspaces.enter(told);
    // Who cancels a pending rollout says nothing of what is exposed.
    if (exposure === null || (before?.wedgeState === 'PENDING' && told.type === 'rolledBack')) return;
    this.workspaces.enter(told);
    this.#grants = exposure.grants;
    this.#killed = exposure.killed;
    if (told.type === 'completed') this.#settled = exposure.grants;
    if (told.type === 'driftAdopted') this.#settled = metByBoth(exposure.grants, this.#settled);
  }

  #close(told: Told, before: Life | null): void {
    if (told.type === 'reviveRequested') this.#reviveAskedBy = told.actor.subject;
    if (told.type === 'revived' || told.type === 'killed') this.#reviveAskedBy = null;
    this.#remove(told);
    if (told.type === 'killed') this.#await(told, told.atMs, LONGEST_REMOVAL_SECONDS);
    const rolledBack = dataOf(told, 'rolledBack');
    if (rolledBack === null || before === null || before.wedgeState === 'PENDING') return;
    this.#cooledAtMs = Math.max(this.#cooledAtMs, cooledAfter(rolledBack.triggeredAtMs, before));
    // The last step of a progressive one takes back what nobody had to wait for.
    if (rolledBack.mode === 'progressive') return;
    this.#await(told, rolledBack.triggeredAtMs, before.policy.rollbackDeadlineSeconds);
  }

  #remove(told: Told): void {
    const removal = dataOf(told, 'exposureRemoved');
    if (removal !== null) {
      this.#triggers = [];
      this.#unconfirmed = [...this.#unconfirmed, { ...removal, rollout: told.rollout }];
    }
    const confirmed = this.removalOf(told);
    this.#unconfirmed = this.#unconfirmed.filter((waiting) => waiting !== confirmed);
  }

  #await({ seq, rollout }: Told, atMs: number, seconds: number): void {
    this.#triggers = [...this.#triggers, { seq, rollout, atMs, deadlineMs: Math.round(seconds * 1000) }];
  }
}

/** The longer of the contract's cooldown and the policy's. */
export function cooledAfter(triggeredAtMs: number, { contract, policy }: Life): number {
  return triggeredAtMs + msOfMinutes(Math.max(contract.rolloutWedge.rollback.cooldownMinutes, policy.cooldownMinutes));
}

/** What an entry of any type says that lookups may see; null where it says nothing of it. */
export function exposureOf({ data }: Told): Exposure | null {
  const { exposure } = data;
  return isMembers(exposure) && Array.isArray(exposure['grants']) ? (exposure as Exposure) : null;
}
