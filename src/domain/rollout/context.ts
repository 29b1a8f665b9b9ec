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

/** Of a rollout that another takes over: what it exposes, and what was exposed before it. */
export type Takeover = {
  readonly rolloutId: string;
  readonly grants: Grants;
  readonly base: Grants;
  /** Of the visit that it is in: only a rollback leaves that. */
  readonly auditFailed: boolean;
};

/** What the decision needs to know beside the rollout and its measurements. Recorded with every decision, so that it can be replayed. */
export type DecisionContext = {
  readonly pollIntervalMs: number;
  /** The ledger did not answer: what closes goes on without it. */
  readonly ledgerAway: boolean;
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
  /** A calendar that keeps increases shut at this moment; null where none does. */
  readonly calendar: { readonly name: string; readonly detail: string; readonly opensAtMs: number | null } | null;
  /** A rule that the plan breaks by a waiver which has ended; null where every use of a waiver is covered. */
  readonly waiverGap: { readonly rule: string; readonly endedAtMs: number } | null;
  /** What a hook of the installation said against the opening that was about to happen; null where none was asked, or all agreed. */
  readonly gateHook: { readonly hook: string; readonly detail: string } | null;
  /** What the rollout that this one supersedes stands on; null where there is none, or it is live no more. */
  readonly takeover: Takeover | null;
  readonly ask: Ask | null;
};
