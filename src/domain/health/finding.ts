import type { Verdict, VerdictReason } from './verdict.ts';

/** What a criterion's own numbers say: the part of a verdict that was found out. */
export type Finding = Pick<
  Verdict,
  'outcome' | 'reason' | 'value' | 'baseline' | 'limit' | 'samples' | 'detail' | 'evidence'
>;

export const NOTHING = { value: null, baseline: null, limit: null, samples: null, detail: null, evidence: null };

export const inconclusive = (reason: VerdictReason, detail: string): Finding => ({
  ...NOTHING,
  outcome: 'inconclusive',
  reason,
  // A source's words go into the ledger, whose canonical form has no place for half a character.
  detail: detail.toWellFormed(),
});
