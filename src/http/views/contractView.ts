import type { z } from 'zod';
import type { ContractRecord } from '../../control/application.ts';
import { timeOf } from '../../domain/time.ts';
import type { contractSchema } from '../schemas/contract.ts';
import { waiverUseView } from './waiverView.ts';

export function contractView({ state, standing }: ContractRecord): z.infer<typeof contractSchema> {
  const { contract } = state;
  return {
    id: contract.id,
    feature: contract.feature,
    title: contract.title,
    state: standing,
    digest: state.digest,
    planDigest: state.planDigest,
    proposedBy: state.proposer,
    approvals: state.approvals.map(({ subject, atMs, comment }) => ({ subject, at: timeOf(atMs), comment })),
    rejectedBy: state.rejectedBy,
    rolloutId: state.usedBy,
    warnings: [...state.warnings],
    waivers: state.waivers.map(waiverUseView),
    contract,
    createdAt: timeOf(state.proposedAtMs),
    version: state.version,
  };
}
