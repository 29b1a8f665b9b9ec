import type { EntryType } from '../ledger/entry.ts';

/**
 * Who writes what. The first seven are the chain from a wish to what people see of it; each has its own entries and none other:
 * whoever proposes has no word in the approval, whoever approves opens nothing, whoever opens consents to nothing, and the last only
 * shows. `installation` and `upkeep` stand beside it: what holds for all, and what ends or is found by itself.
 */
export const MAY_WRITE = {
  proposal: ['proposed', 'waiverRequested'],
  validation: [],
  eligibility: ['created', 'preflight', 'attested'],
  approval: [
    ...(['approved', 'rejected', 'stageApproved', 'waiverApproved', 'waiverRejected'] as const),
    ...(['reviveRequested', 'revived', 'overrideRequested', 'overrideSet', 'overrideRemoved'] as const),
  ],
  execution: [
    ...(['started', 'ramped', 'advanced', 'held', 'paused', 'resumed', 'completed', 'superseded'] as const),
    ...([
      'rollbackStep',
      'rolledBack',
      'killed',
      'exposureRemoved',
      'incidentLinked',
      'overrideSet',
      'overrideRemoved',
    ] as const),
    ...(['alerted', 'alertResolved'] as const),
    // Beside the opening that they permit, in one append: what was looked at before, and what the audit said.
    ...(['preflight', 'audited'] as const),
  ],
  audit: ['audited', 'healthVerified', 'incidentLinked', 'falseAlarmMarked', 'reviewed'],
  projection: [],
  installation: ['policyChanged', 'stopSet', 'stopLifted', 'calendarSet', 'calendarRemoved'],
  upkeep: [
    ...(['driftAdopted', 'driftRepaired', 'paused', 'exposureRemoved', 'exposureConfirmed'] as const),
    ...(['overrideRemoved', 'waiverExpired'] as const),
  ],
} as const satisfies Readonly<Record<string, readonly EntryType[]>>;

export type Authority = keyof typeof MAY_WRITE;

export function mayWrite(authority: Authority, type: EntryType): boolean {
  return MAY_WRITE[authority].some((own) => own === type);
}
