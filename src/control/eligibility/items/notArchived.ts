import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PreflightSubject } from './subject.ts';

/** A feature may be archived while a rollout of it waits: what would open then would be met by nobody who could be seen. */
export function notArchived({ feature }: PreflightSubject): Finding {
  const { archivedAtMs, key } = feature.definition;
  const mend = 'cancel this rollout, and propose for a feature of another key';
  return {
    item: 'feature not archived',
    ok: archivedAtMs === null,
    detail:
      archivedAtMs === null ? 'it is not' : `${key} was archived at ${new Date(archivedAtMs).toISOString()}; ${mend}`,
  };
}
