/** The laws that the verifier holds against a chain, in the order in which a report tells of them. */
export const CHECK_IDS = [
  'SLU-CHAIN',
  'INV-RWG-STAGED',
  'INV-RWG-OBSERVE',
  'INV-RWG-BLAST',
  'INV-RWG-ROLLBACK',
  'HEALTH',
  'ROLLOUT-006',
  'DWELL',
  'COOLDOWN',
  'APPROVALS',
  'WAIVERS',
  'STATES',
  'SLU-DOOR',
  'VERDICTS',
  'SLU-REPLAY',
] as const;
export type CheckId = (typeof CHECK_IDS)[number];

export type AuditVerdict = 'PASS' | 'FAIL' | 'INCONCLUSIVE';

/** What is wrong, or can't be told yet, with one entry. */
export type Finding = {
  readonly check: CheckId;
  readonly seq: number;
  /** The one that it speaks of; null where it speaks of the chain or the feature. */
  readonly rollout: string | null;
  readonly message: string;
};

/** A law held against the chain. PASS has no findings; those of INCONCLUSIVE say what is missing. */
export type CheckReport = {
  readonly check: CheckId;
  readonly verdict: AuditVerdict;
  /** How many entries it had something to say about. */
  readonly examined: number;
  /** How many there are in all; `findings` keeps the first of them. */
  readonly found: number;
  readonly findings: readonly Finding[];
};

export type AuditReport = {
  readonly verdict: AuditVerdict;
  readonly entries: number;
  /** Of the last entry that was taken: seq 0 and 64 zeros where there was none. */
  readonly head: { readonly seq: number; readonly hash: string };
  readonly checks: readonly CheckReport[];
};

/** Findings that are kept of each check. */
export const MOST_FINDINGS = 20;

/** One line, as the ledger and a terminal have it. */
export function findingText({ check, seq, message }: Finding): string {
  return `${check}: entry ${seq}: ${message}`;
}

/** FAIL before INCONCLUSIVE before PASS. */
export function worstOf(verdicts: readonly AuditVerdict[]): AuditVerdict {
  if (verdicts.includes('FAIL')) return 'FAIL';
  return verdicts.includes('INCONCLUSIVE') ? 'INCONCLUSIVE' : 'PASS';
}
