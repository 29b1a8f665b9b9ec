import type { z } from 'zod';
import type { OverrideView } from '../../control/governanceDesks.ts';
import { percentageOf } from '../../domain/feature/threshold.ts';
import { timeOf, timeOrNull } from '../../domain/time.ts';
import type { overrideSchema } from '../schemas/override.ts';

export function overrideView({ workspaceId, override, request }: OverrideView): z.infer<typeof overrideSchema> {
  return {
    workspaceId,
    override:
      override === null
        ? null
        : {
            percentage: percentageOf(override.threshold),
            raises: override.raises,
            expiresAt: timeOrNull(override.expiresAtMs),
            reason: override.comment,
            requestedBy: override.requestedBy,
            setBy: override.setBy.subject,
            at: timeOf(override.atMs),
          },
    waiting:
      request === null
        ? null
        : {
            percentage: request.threshold === null ? null : percentageOf(request.threshold),
            expiresAt: timeOrNull(request.expiresAtMs),
            reason: request.comment,
            requestedBy: request.requestedBy,
            at: timeOf(request.atMs),
          },
  };
}
