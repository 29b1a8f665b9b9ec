import { describe, expect, it } from 'vitest';
import {
  type Incident,
  incidentsAfter,
  incidentsIn,
  type OpenIncident,
  recentIncidents,
} from '../../../src/domain/governance/incident.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 24 * 3_600_000;
const incident = (more: Partial<Incident> = {}): Incident => ({
  reference: 'INC-7',
  severity: 'sev2',
  url: null,
  detectedBySluice: false,
  resolved: false,
  ...more,
});
const on = (rolloutId: string, atMs = NOW) => ({ rolloutId, atMs });

describe('the open incidents of a feature', () => {
  const linked = incidentsAfter([], incident(), on('a'));

  it('are those that nobody has called resolved', () => {
    expect(linked).toEqual([{ reference: 'INC-7', severity: 'sev2', rolloutId: 'a', linkedAtMs: NOW }]);
    expect(incidentsAfter(linked, incident({ resolved: true }), on('a', NOW + DAY))).toEqual([]);
  });

  it('are as old as their first link, whatever is said of them later', () => {
    const worse = incidentsAfter(linked, incident({ severity: 'sev1' }), on('a', NOW + DAY));
    expect(worse).toEqual([{ reference: 'INC-7', severity: 'sev1', rolloutId: 'a', linkedAtMs: NOW }]);
    const gone = incidentsAfter(worse, incident({ resolved: true }), on('a', NOW + DAY));
    expect(incidentsAfter(gone, incident(), on('a', NOW + 2 * DAY))).toMatchObject([{ linkedAtMs: NOW + 2 * DAY }]);
  });

  it('stay open on one rollout when they are resolved on another', () => {
    const both = incidentsAfter(linked, incident(), on('b'));
    expect(both).toHaveLength(2);
    expect(incidentsAfter(both, incident({ resolved: true }), on('a'))).toMatchObject([{ rolloutId: 'b' }]);
  });

  it('count for a week', () => {
    const open: readonly OpenIncident[] = linked;
    expect(recentIncidents(open, NOW + 7 * DAY)).toEqual(open);
    expect(recentIncidents(open, NOW + 7 * DAY + 1)).toEqual([]);
  });
});

describe('the incidents of a rollout', () => {
  it('are each as the last entry about it has it, in the order of their first', () => {
    const at = (ms: number) => new Date(ms).toISOString();
    const list = incidentsIn([
      { data: incident(), at: at(NOW), seq: 4 },
      { data: incident({ reference: 'INC-8' }), at: at(NOW + 1), seq: 6 },
      { data: incident({ resolved: true }), at: at(NOW + 2), seq: 9 },
    ]);
    expect(list).toEqual([
      { ...incident({ resolved: true }), seq: 4, linkedAtMs: NOW, changedAtMs: NOW + 2 },
      { ...incident({ reference: 'INC-8' }), seq: 6, linkedAtMs: NOW + 1, changedAtMs: NOW + 1 },
    ]);
  });
});
