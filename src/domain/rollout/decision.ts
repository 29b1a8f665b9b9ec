import type { HoldReason } from './reason.ts';

/** Nothing changes, for this reason, until then (null: nobody can know). */
export type Hold = {
  readonly kind: 'hold';
  readonly reason: HoldReason;
  readonly detail: string;
  readonly unblocksAtMs: number | null;
};

/** Everything is proven but a person's word on the stage. */
export type AwaitApproval = {
  readonly kind: 'awaitApproval';
  readonly reason: 'approval';
  readonly detail: string;
  readonly stageId: string;
  /** Whose word is missing. An operator's is enough where the increments are manual. */
  readonly waitsFor: 'approver' | 'operator';
  /** How many of them. */
  readonly missing: number;
};

/** Keeps the exposure until a person resumes. */
export type Pause = {
  readonly kind: 'pause';
  readonly reason: 'criterion' | 'auditFailed' | 'noProgress';
  readonly detail: string;
};

/** Takes exposure back, at once: also what is left of a progressive rollback that is over, or that can't wait. */
export type Rollback = {
  readonly kind: 'rollback';
  readonly reason: 'killed' | 'blastRadius' | 'criterion' | 'sourceUnavailable' | 'operator';
  /**
   * `plan`: where the contract says; the emergencies, and where that stage is unhealthy too, go to what the feature exposed before.
   * `underWay`: where a person's progressive rollback leads.
   */
  readonly to: 'zero' | 'plan' | 'underWay';
  readonly detail: string;
};

/** The gate opens, or what it opened becomes the feature's own. */
export type Opening = {
  readonly kind: 'start' | 'ramp' | 'advance' | 'complete';
  readonly reason: 'ready';
  readonly detail: string;
};

/** What the controller does next, and why. */
export type Decision = Hold | AwaitApproval | Pause | Rollback | Opening;

/** A decision with the number of the row that made it. */
export type RuledDecision = Decision & { readonly row: number };
