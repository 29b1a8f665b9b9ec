import type { PollLimit } from '../health/criterion.ts';
import type { Verdict, VerdictEvidence } from '../health/verdict.ts';
import { timeOf } from '../time.ts';
import { heldOfLast } from './limit.ts';
import type { Poll } from './poll.ts';

/** A criterion in the status: what was found, beside what is wanted. */
export type SliView = {
  readonly id: string;
  readonly criterion: string;
  readonly role: Verdict['role'];
  readonly severity: Verdict['severity'];
  readonly value: number | null;
  readonly baseline: number | null;
  /** What the value was compared with. */
  readonly threshold: number | null;
  readonly verdict: Verdict['outcome'];
  readonly reason: Verdict['reason'];
  readonly detail: string | null;
  readonly samples: number | null;
  /** Of a comparison or a guard: what is found, and how much is still missing. */
  readonly evidence: VerdictEvidence | null;
  /** Polls in a row in which the condition held, of those wanted. */
  readonly count: number;
  readonly consecutive: number;
  /** Of a limit of "k of the last n": how many of them, so far; null where polls in a row count. */
  readonly polls: (PollLimit & { readonly held: number }) | null;
  /** Put there by the installation's catalogue. */
  readonly fromCatalogue: boolean;
  readonly dryRun: boolean;
  readonly at: string;
};

/** `joined`: the keys of the stage's criteria that the catalogue has put there. */
export function sliView(verdict: Verdict, poll: Poll, joined: readonly string[]): SliView {
  return {
    id: verdict.sli,
    criterion: verdict.key,
    role: verdict.role,
    severity: verdict.severity,
    value: verdict.value,
    baseline: verdict.baseline,
    threshold: verdict.limit,
    verdict: verdict.outcome,
    reason: verdict.reason,
    detail: verdict.detail,
    samples: verdict.samples,
    evidence: verdict.evidence,
    count: poll.counts[verdict.key] ?? 0,
    consecutive: verdict.consecutive,
    polls: verdict.polls === null ? null : { ...verdict.polls, held: heldOfLast(poll, verdict.key, verdict.polls) },
    fromCatalogue: joined.includes(verdict.key),
    dryRun: verdict.dryRun,
    at: timeOf(poll.atMs),
  };
}
