import { isWindowed, type SuccessCriterion, type Trigger, type WindowedCriterion } from '../health/criterion.ts';
import type { Sli } from '../health/sli.ts';
import type { Proposal } from './contract.ts';
import type { Path } from './violation.ts';
import type { WedgeStage } from './wedge.ts';

export type PlacedStage = { readonly stage: WedgeStage; readonly at: Path };
export type PlacedSli = { readonly sli: Sli; readonly at: Path };
export type PlacedCriterion = { readonly criterion: SuccessCriterion | Trigger; readonly at: Path };

/** The stages of a plan, each with its JSON path. */
export function placedStages(proposal: Proposal): readonly PlacedStage[] {
  return proposal.rolloutWedge.wedgeStages.map((stage, index) => ({
    stage,
    at: ['rolloutWedge', 'wedgeStages', index],
  }));
}

/** The SLIs that a proposal defines itself, each with its JSON path; those it takes from the catalogue are not here. */
export function placedSlis(proposal: Proposal): readonly PlacedSli[] {
  return proposal.slis.flatMap((sli, index) => ('use' in sli ? [] : [{ sli, at: ['slis', index] }]));
}

/** Every criterion of every stage with its JSON path. */
export function placedCriteria(proposal: Proposal): readonly PlacedCriterion[] {
  return placedStages(proposal).flatMap(({ stage, at }) =>
    (['successCriteria', 'rollbackTrigger'] as const).flatMap((list) =>
      stage[list].map((criterion, index) => ({ criterion, at: [...at, list, index] })),
    ),
  );
}

export type PlacedWindow = { readonly criterion: WindowedCriterion; readonly at: Path };

/** Those that compare one number of a window with a limit. */
export function windowedCriteria<Placed extends PlacedCriterion>(
  placed: readonly Placed[],
): readonly (Placed & PlacedWindow)[] {
  return placed.flatMap((one) => (isWindowed(one.criterion) ? [{ ...one, criterion: one.criterion }] : []));
}

/** Every criterion beside the SLI it names, where the proposal defines that SLI. */
export function criteriaWithSli(proposal: Proposal): readonly (PlacedCriterion & { readonly sli: Sli })[] {
  const slis = new Map(placedSlis(proposal).map(({ sli }) => [sli.id, sli]));
  return placedCriteria(proposal).flatMap((placed) => {
    const sli = slis.get(placed.criterion.sli);
    return sli === undefined ? [] : [{ ...placed, sli }];
  });
}
