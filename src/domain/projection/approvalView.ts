import type { Entry } from '../ledger/entry.ts';
import { type RecordedEntry, recorded } from './recordedEntry.ts';

/** A person's word on the contract as a whole, or (with `stageId`) on one stage. */
export type ApprovalView = {
  readonly subject: string;
  readonly decision: 'approve' | 'reject';
  readonly stageId: string | null;
  readonly comment: string | null;
  readonly entry: RecordedEntry;
};

/** Who approved what, in the order in which it was said. */
export function approvalsIn(entries: readonly Entry[]): readonly ApprovalView[] {
  return entries.flatMap((entry): readonly ApprovalView[] => {
    const said = { subject: entry.actor.subject, comment: entry.comment, entry: recorded(entry) };
    switch (entry.type) {
      case 'approved':
        return [{ ...said, decision: 'approve', stageId: null }];
      case 'rejected':
        return [{ ...said, decision: 'reject', stageId: null }];
      case 'stageApproved':
        return [{ ...said, decision: entry.data.decision, stageId: entry.data.stageId }];
      default:
        return [];
    }
  });
}
