import { describe, expect, it } from 'vitest';
import {
  heldFor,
  itemOf,
  PREFLIGHT_IDS,
  type PreflightId,
  preflightPassed,
  toldOnly,
  waived,
} from '../../../src/domain/rollout/preflight.ts';

const NOW = Date.UTC(2026, 10, 20, 12);
const failed = (id: PreflightId) => itemOf(id, { item: 'it', ok: false, detail: 'why' });
const passed = (id: PreflightId) => itemOf(id, { item: 'it', ok: true, detail: 'well' });
const use = (rules: readonly string[], expiresAtMs = NOW + 1) => ({ waiverId: 'waiver-1', rules, expiresAtMs });
const ALL = use(PREFLIGHT_IDS);

describe('a preflight item', () => {
  it('passes where nothing failed, and never where nothing was looked at', () => {
    expect(preflightPassed([passed('PREFLIGHT_SLI'), passed('PREFLIGHT_STORE')])).toBe(true);
    expect(preflightPassed([passed('PREFLIGHT_SLI'), failed('PREFLIGHT_STORE')])).toBe(false);
    expect(preflightPassed([])).toBe(false);
  });

  it.each(['PREFLIGHT_BASELINE', 'PREFLIGHT_INCIDENTS', 'PREFLIGHT_ATTESTATIONS'] as const)(
    '%s is waived by a waiver that names it, and passes then',
    (id) => {
      const one = waived(failed(id), [use(['STAGES_MINIMUM']), use([id])], NOW);
      expect(one).toEqual({ ...failed(id), outcome: 'waived', waiverId: 'waiver-1' });
      expect(preflightPassed([one])).toBe(true);
    },
  );

  it('is waived neither by a waiver of something else nor by one that has expired', () => {
    const one = failed('PREFLIGHT_BASELINE');
    expect(waived(one, [], NOW)).toEqual(one);
    expect(waived(one, [use(['PREFLIGHT_INCIDENTS'])], NOW)).toEqual(one);
    expect(waived(one, [use(['PREFLIGHT_BASELINE'], NOW)], NOW)).toEqual(one);
    expect(waived(one, [use(['PREFLIGHT_BASELINE'], NOW - 1), ALL], NOW)).toMatchObject({ outcome: 'waived' });
  });

  it('that says whether Sluice can see and close is waived by nothing', () => {
    const kept = PREFLIGHT_IDS.filter((id) => waived(failed(id), [ALL], NOW).outcome === 'failed');
    expect(kept).toEqual([
      'PREFLIGHT_ARCHIVED',
      'PREFLIGHT_KILLED',
      'PREFLIGHT_POLICY',
      'PREFLIGHT_BLAST_RADIUS',
      'PREFLIGHT_STORE',
      'PREFLIGHT_REHEARSAL',
      'PREFLIGHT_NOTIFICATIONS',
      'PREFLIGHT_SOURCE',
      'PREFLIGHT_SLI',
    ]);
  });

  it('that passed needs no waiver and shows none', () => {
    expect(waived(passed('PREFLIGHT_BASELINE'), [ALL], NOW)).toEqual(passed('PREFLIGHT_BASELINE'));
  });

  it('of a dry run refuses nothing where it only speaks of users, and says that it would', () => {
    expect(toldOnly(failed('PREFLIGHT_BASELINE'))).toMatchObject({
      outcome: 'passed',
      detail: expect.stringMatching(/would refuse a real one: why/),
    });
    expect(toldOnly(failed('PREFLIGHT_BLAST_RADIUS'))).toMatchObject({ outcome: 'passed' });
    expect(toldOnly(failed('PREFLIGHT_SLI'))).toEqual(failed('PREFLIGHT_SLI'));
    expect(toldOnly(passed('PREFLIGHT_BASELINE'))).toEqual(passed('PREFLIGHT_BASELINE'));
  });

  it('holds a start at its hour for a reason that people know', () => {
    const reasons = Object.fromEntries(PREFLIGHT_IDS.map((id) => [id, heldFor([failed(id)])]));
    expect(reasons).toEqual({
      PREFLIGHT_ARCHIVED: 'pending',
      PREFLIGHT_KILLED: 'pending',
      PREFLIGHT_POLICY: 'pending',
      PREFLIGHT_BLAST_RADIUS: 'pending',
      PREFLIGHT_STORE: 'sourceUnavailable',
      PREFLIGHT_REHEARSAL: 'sourceUnavailable',
      PREFLIGHT_NOTIFICATIONS: 'sourceUnavailable',
      PREFLIGHT_SOURCE: 'sourceUnavailable',
      PREFLIGHT_SLI: 'missingData',
      PREFLIGHT_BASELINE: 'health',
      PREFLIGHT_INCIDENTS: 'health',
      PREFLIGHT_ATTESTATIONS: 'pending',
    });
    expect(heldFor([failed('PREFLIGHT_ATTESTATIONS'), failed('PREFLIGHT_STORE')])).toBe('sourceUnavailable');
    expect(heldFor([failed('PREFLIGHT_SOURCE'), failed('PREFLIGHT_SLI')])).toBe('missingData');
  });
});
