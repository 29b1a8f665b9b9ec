import type { Grants } from '../feature/grants.ts';
import type { Proposal } from './contract.ts';
import type { Policy } from './policy.ts';
import type { Violation, Warning } from './violation.ts';

/** The installation's metric sources by name, and what each can do. */
export type Sources = ReadonlyMap<string, 'prometheus' | 'scrape'>;

/** All that the judgement of a plan rests on. A stored contract is judged again as the proposal it was. */
export type Subject = {
  readonly proposal: Proposal;
  readonly policy: Policy;
  /** What the feature exposes now, by rollouts that are over. */
  readonly exposed: Grants;
  /** Of the live rollout that the proposal supersedes; null where it names none that is live on its feature. */
  readonly takeover: { readonly grants: Grants; readonly base: Grants } | null;
  readonly sources: Sources;
};

/** One row of the law: every place where the subject breaks it, nothing where it does not. */
export type Rule = (subject: Subject) => readonly Violation[];
export type WarningRule = (subject: Subject) => readonly Warning[];
