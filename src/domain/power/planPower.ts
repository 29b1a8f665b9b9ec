import type { Contract } from '../contract/contract.ts';
import { leastStageHours } from '../contract/stageHours.ts';
import { EVERYONE, sameScope } from '../feature/scope.ts';
import { criteriaOf, type StageCriterion } from '../health/criterion.ts';
import { type MeasurementQuery, queryKey } from '../health/measurement.ts';
import type { CriterionPower } from './criterionPower.ts';
import { type Expectation, foreseenPower, NOT_ASKED, type Pasts, pastQuery } from './foreseenPower.ts';
import { powerSaid } from './said.ts';

export type StagePower = {
  readonly stageId: string;
  /** How long the stage lasts at the least. */
  readonly windowHours: number;
  /** True where the source's traffic is taken for that of the stage's scope, whose share of it nobody knows. */
  readonly scopeAssumed: boolean;
  readonly criteria: readonly CriterionPower[];
};

/** Bounds what one request may ask of the sources and of this process. */
const MOST_CRITERIA = 200;
const MOST_QUERIES = 50;

const ASSUMING = ', were all traffic in its scope';

/** What must be asked of the past; equal questions once. */
export function powerQueries(contract: Contract): readonly MeasurementQuery[] {
  const asked = lookedAt(contract).flatMap((placed) => pastQuery(contract, placed) ?? []);
  return [...new Map(asked.map((query) => [queryKey(query), query])).values()].slice(0, MOST_QUERIES);
}

/** What each stage of a plan will be able to notice, by the past of its SLIs. */
export function planPower(contract: Contract, pasts: Pasts, expected: Expectation): readonly StagePower[] {
  const told = new Set(lookedAt(contract).map(({ criterion }) => criterion));
  return contract.rolloutWedge.wedgeStages.map((stage, stageIndex) => {
    const scopeAssumed = stage.expectedRequestsPerHour === undefined && !sameScope(stage.scope, EVERYONE);
    const place = { contract, stage, stageIndex, pasts, expected };
    const criteria = criteriaOf(stage).map((placed) => {
      const power = told.has(placed.criterion) ? foreseenPower(place, placed) : NOT_ASKED;
      const assuming = scopeAssumed && power.kind !== 'unknown' ? ASSUMING : '';
      return { criterion: placed.key, sli: placed.criterion.sli, ...power, said: powerSaid(power) + assuming };
    });
    return {
      stageId: stage.stageId,
      windowHours: leastStageHours(stage, contract.rolloutWedge),
      scopeAssumed,
      criteria,
    };
  });
}

const lookedAt = ({ rolloutWedge }: Contract): readonly StageCriterion[] =>
  rolloutWedge.wedgeStages.flatMap((stage) => criteriaOf(stage)).slice(0, MOST_CRITERIA);
