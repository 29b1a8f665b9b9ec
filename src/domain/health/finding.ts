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

export const NO_ANSWER = 'the source gave no answer';
export const NO_CONTROL = inconclusive('notApplicable', 'there is no control to compare with');

/** Why nothing is asked of a window. */
export const unaskedWindow = (reason: 'tooYoung' | 'noControl' | null): Finding =>
  reason === 'tooYoung' ? inconclusive('missing', 'the exposure is not a second old') : NO_CONTROL;
