import { describe, expect, it } from 'vitest';
import type { Proposal } from '../../../src/domain/contract/contract.ts';
import { PRESET_NAMES, type PresetName, presetProposal } from '../../../src/domain/contract/presets.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { isWindowed } from '../../../src/domain/health/criterion.ts';
import { subjectOf } from '../../support/proposals.ts';

const use = { feature: 'checkout-v2', title: 'One-page checkout', issueIds: ['SHOP-142'] };
const preset = (name: PresetName): Proposal => presetProposal(name, { ...use, source: 'shop' });
const stagesOf = (name: PresetName) => preset(name).rolloutWedge.wedgeStages;
const limitsOf = (name: PresetName, sli: string) =>
  stagesOf(name).map((stage) => stage.successCriteria.filter(isWindowed).find((of) => of.sli === sli)?.threshold);

/** Its last two stages bear the same, as the design has it. */
const KNOWN_WARNINGS: Readonly<Record<string, readonly string[]>> = {
  guardian: ['PREVIOUS_STAGE_NO_BETTER $.rolloutWedge.wedgeStages[4].rollbackTrigger[0].threshold'],
};

describe('presets', () => {
  it.each(PRESET_NAMES)(
    '%s breaks no rule and draws no other warning than is known, on either kind of source',
    (name) => {
      for (const source of ['shop', 'prometheus']) {
        const proposal = presetProposal(name, { ...use, source });
        const { violations, warnings } = judge(subjectOf(proposal));
        expect(violations).toEqual([]);
        expect(warnings.map(({ rule, path }) => `${rule} ${path}`)).toEqual(KNOWN_WARNINGS[name] ?? []);
        expect(judge(subjectOf({ ...proposal, criticality: 'critical' })).violations).toEqual([]);
        expect(proposal).toMatchObject(use);
        expect(new Set(proposal.slis.map((sli) => ('use' in sli ? '' : sli.source)))).toEqual(new Set([source]));
      }
    },
  );

  it('guardian: 10/24 h, 25/24 h approval, 50/48 h approval, 75/24 h, 100 approval; back to the previous stage', () => {
    const plan = stagesOf('guardian').map((stage) => [
      stage.targetPercentage,
      stage.durationHours,
      stage.requiresApproval,
    ]);
    expect(plan).toEqual([
      [10, 24, false],
      [25, 24, true],
      [50, 48, true],
      [75, 24, false],
      [100, 0, true],
    ]);
    expect(limitsOf('guardian', 'error_rate')).toEqual([0.005, 0.004, 0.003, 0.002, 0.002]);
    expect(preset('guardian').rolloutWedge.rollback.to).toBe('previousStage');
  });

  it('standard: 1 internal, 5 beta and internal, 25, 50, 100; a week each, window two days', () => {
    const plan = stagesOf('standard').map((stage) => [stage.targetPercentage, stage.scope.groups, stage.durationHours]);
    expect(plan).toEqual([
      [1, ['internal'], 168],
      [5, ['beta', 'internal'], 168],
      [25, 'all', 168],
      [50, 'all', 168],
      [100, 'all', 168],
    ]);
    expect(stagesOf('standard').map((stage) => stage.audience)).toEqual([
      'INTERNAL',
      'LIMITED',
      'GENERAL',
      'GENERAL',
      'GENERAL',
    ]);
    expect(preset('standard').rolloutWedge.observationWindowHours).toBe(48);
  });

  it('provider: 10, 50, 100; errors ≤ 1 %, p95 ≤ 500 ms, ≤ 5 OAuth refresh failures in 15 min; poll 10 min', () => {
    expect(stagesOf('provider').map((stage) => stage.targetPercentage)).toEqual([10, 50, 100]);
    expect(limitsOf('provider', 'error_rate')).toEqual([0.01, 0.01, 0.01]);
    expect(limitsOf('provider', 'latency_p95')).toEqual([0.5, 0.5, 0.5]);
    expect(limitsOf('provider', 'oauth_failures')).toEqual([5, 5, 5]);
    const windows = stagesOf('provider').flatMap((stage) =>
      stage.successCriteria.map((criterion) => ('windowSeconds' in criterion ? criterion.windowSeconds : null)),
    );
    expect(new Set(windows)).toEqual(new Set([900]));
    expect(preset('provider').pollIntervalSeconds).toBe(600);
  });
});
