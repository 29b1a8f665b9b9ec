import type { z } from 'zod';
import type { RolloutStatus } from '../../domain/rollout/statusView.ts';
import type { rolloutStatusSchema } from '../schemas/rolloutStatus.ts';

/** The wire has it as the domain does; lists are copied, since what is sent is the sender's own. */
export function statusView(status: RolloutStatus): z.infer<typeof rolloutStatusSchema> {
  return { ...status, slis: [...status.slis], approvals: [...status.approvals], audits: [...status.audits] };
}
