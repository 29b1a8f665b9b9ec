import type { z } from 'zod';
import type { WaiverRecord } from '../../control/governanceDesks.ts';
import type { WaiverUse } from '../../domain/governance/waiver.ts';
import { approversMissing } from '../../domain/governance/waiverState.ts';
import { timeOf } from '../../domain/time.ts';
import type { waiverSchema } from '../schemas/waiver.ts';

export function waiverView({ state, standing }: WaiverRecord): z.infer<typeof waiverSchema> {
  return {
    id: state.waiverId,
    feature: state.feature,
    planDigest: state.planDigest,
    rules: [...state.rules],
    rationale: state.rationale,
    state: standing,
    requestedBy: state.requester,
    approvals: state.approvals.map(({ subject, atMs, comment }) => ({ subject, at: timeOf(atMs), comment })),
    approversMissing: approversMissing(state),
    rejectedBy: state.rejected?.by ?? null,
    createdAt: timeOf(state.requestedAtMs),
    expiresAt: timeOf(state.expiresAtMs),
    version: state.version,
  };
}

/** A waiver as a contract makes use of it. */
export function waiverUseView({ waiverId, rules, expiresAtMs }: WaiverUse) {
  return { id: waiverId, rules: [...rules], expiresAt: timeOf(expiresAtMs) };
}
