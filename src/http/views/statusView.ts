import type { z } from 'zod';
import type { RolloutStatus } from '../../domain/rollout/statusView.ts';
import type { rolloutStatusSchema } from '../schemas/rolloutStatus.ts';
import { criterionPowerView } from './powerView.ts';

type View = z.infer<typeof rolloutStatusSchema>;

/** The wire has it as the domain does; lists are copied, since what is sent is the sender's own. */
export function statusView(status: RolloutStatus): View {
  return {
    ...status,
    decision: decisionView(status.decision),
    slis: [...status.slis],
    approvals: [...status.approvals],
    attestations: [...status.attestations],
    alerts: [...status.alerts],
    audits: [...status.audits],
    removal: status.removal === null ? null : { ...status.removal, unheard: [...status.removal.unheard] },
    power: status.power?.map(criterionPowerView) ?? null,
  };
}

function decisionView(decision: RolloutStatus['decision']): View['decision'] {
  if (decision?.waitsFor == null) return decision === null ? null : { ...decision, waitsFor: null };
  return { ...decision, waitsFor: { ...decision.waitsFor, approved: [...decision.waitsFor.approved] } };
}
