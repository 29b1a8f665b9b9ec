import type { Incident } from '../governance/incident.ts';
import type { RolloutState } from './state.ts';

/** What Sluice itself raises with an automatic rollback, and resolves, or makes worse, by what it finds afterwards. */
export function ownIncident(
  rollout: Pick<RolloutState, 'id'>,
  visit: number,
  state: 'raised' | 'recovered' | 'notRecovered',
): Incident {
  return {
    reference: `sluice:${rollout.id}:${visit}`,
    severity: state === 'notRecovered' ? 'sev1' : 'sev2',
    url: null,
    detectedBySluice: true,
    resolved: state === 'recovered',
  };
}
