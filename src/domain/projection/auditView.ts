import type { Entry } from '../ledger/entry.ts';
import { ofType, type RecordedEntry, recorded } from './recordedEntry.ts';

/** A verdict on one visit, or on the rollout as a whole. */
export type AuditView = {
  readonly subject: 'visit' | 'rollout';
  readonly stageId: string | null;
  readonly visit: number | null;
  readonly verdict: 'PASS' | 'FAIL' | 'INCONCLUSIVE';
  readonly by: string;
  /** How far the chain was verified. */
  readonly throughSeq: number;
  readonly findings: readonly string[];
  readonly entry: RecordedEntry;
};

/** The verdicts, in the order in which they were recorded. */
export function auditsIn(entries: readonly Entry[]): readonly AuditView[] {
  return ofType(entries, 'audited').map((entry) => ({
    subject: entry.data.subject,
    stageId: entry.data.subject === 'visit' ? entry.stage : null,
    visit: entry.data.subject === 'visit' ? entry.visit : null,
    verdict: entry.data.verdict,
    by: entry.actor.subject,
    throughSeq: entry.data.throughSeq,
    findings: entry.data.findings,
    entry: recorded(entry),
  }));
}

/** Of the rollout as a whole, each says PASS and one is there: a later FAIL takes back what an earlier PASS allowed. */
export function hasPassed(audits: readonly AuditView[]): boolean {
  const onRollout = audits.filter(({ subject }) => subject === 'rollout');
  return onRollout.length > 0 && onRollout.every(({ verdict }) => verdict === 'PASS');
}
