import type { Grants } from '../feature/grants.ts';

/** A person's wish that the decision weighs. Pause, rollback and kill need no weighing and never come this way. */
export type Ask = {
  readonly kind: 'start' | 'advance';
  readonly subject: string;
  /** Has the approver's role and did not propose: the wish counts as one approval. */
  readonly mayApprove: boolean;
  /** Words that may stand in for the stage's duration, and for nothing else. */
  readonly comment: string | null;
};

/** What the decision needs to know beside the rollout and its measurements. Recorded with every decision, so that it can be replayed. */
export type DecisionContext = {
  readonly pollIntervalMs: number;
  readonly globalStop: boolean;
  /** An operator wrote `paused` into the flag store by hand. */
  readonly storePaused: boolean;
  /** What the flag store serves; null where it did not answer or was not asked. */
  readonly found: { readonly killed: boolean; readonly grants: Grants } | null;
  readonly featureCooldownUntilMs: number | null;
  /** Another live rollout of the feature; null where there is none. */
  readonly otherLiveRolloutId: string | null;
  /** Live rollouts of the installation, without this one. */
  readonly otherLiveRollouts: number;
  /** The check of the ledger for this visit. */
  readonly audit: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
  /** The contract's own approvals stand and are not older than they may be. */
  readonly contractApproved: boolean;
  readonly ask: Ask | null;
};
