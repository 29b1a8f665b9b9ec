import type { z } from 'zod';
import type { MemberStanding } from '../../control/governanceDesks.ts';
import { timeOf } from '../../domain/time.ts';
import type { memberStandingSchema } from '../schemas/acknowledgement.ts';

export function memberStandingView({
  sinceMs,
  heardAtMs,
  ...standing
}: MemberStanding): z.infer<typeof memberStandingSchema> {
  return { ...standing, since: timeOf(sinceMs), heardAt: timeOf(heardAtMs) };
}
