import { type OpenIncident, recentIncidents } from '../../../domain/governance/incident.ts';
import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PreflightSubject } from './subject.ts';

/** Nothing that happened to the feature in the past week is still open. */
export function noOpenIncident({ feature, nowMs }: PreflightSubject): readonly Finding[] {
  const open = recentIncidents(feature.state.openIncidents, nowMs);
  if (open.length === 0) return [{ item: 'incidents', ok: true, detail: 'none of the past week is open' }];
  return open.map((incident) => ({ item: `incident ${incident.reference}`, ok: false, detail: detailOf(incident) }));
}

function detailOf({ reference, severity, rolloutId, linkedAtMs }: OpenIncident): string {
  const since = new Date(linkedAtMs).toISOString();
  const mend = `POST /v1/rollouts/${rolloutId}/incidents with reference ${reference} and resolved true once it is`;
  return `${severity}, open since ${since} on rollout ${rolloutId}; ${mend}`;
}
