import type { Contract } from '../contract/contract.ts';
import { leastStageHours } from '../contract/stageHours.ts';
import type { WedgeStage } from '../contract/wedge.ts';
import { cohortSharesAt } from '../feature/cohort.ts';
import { thresholdOf } from '../feature/threshold.ts';
import { groupOf } from '../health/comparisonGroup.ts';
import { type CountableSli, isCountable } from '../health/countQuery.ts';
import {
  comparesWithControl,
  isSequential,
  type SequentialCriterion,
  type StageCriterion,
  type WindowedCriterion,
} from '../health/criterion.ts';
import { historyQuery } from '../health/dispersionHistory.ts';
import { type MeasurementQuery, queryKey } from '../health/measurement.ts';
import type { Sli } from '../health/sli.ts';
import { dispersionOf } from '../statistics/dispersion.ts';
import { comparisonPower } from './comparisonPower.ts';
import {
  type BaseRateBasis,
  type Power,
  type TrafficBasis,
  type UnknownPower,
  unknownPower,
} from './criterionPower.ts';
import type { PastTraffic } from './pastTraffic.ts';
import { windowPower } from './windowPower.ts';

/** What the plan's author knows better than the past. */
export type Expectation = {
  /** Of ratio SLIs, 0 to 1; null: by the past. */
  readonly baseRate: number | null;
};

/** What was found of each question, by `queryKey`; a question that is not here was not asked. */
export type Pasts = ReadonlyMap<string, PastTraffic>;

export const NOT_ASKED = unknownPower('notAsked', 'the plan has more criteria than are looked at');

/** Where a criterion stands, and what is known of the past. */
export type Place = {
  readonly contract: Contract;
  readonly stage: WedgeStage;
  readonly stageIndex: number;
  readonly pasts: Pasts;
  readonly expected: Expectation;
};

/** The question after a criterion's past; null where its samples are no requests. */
export function pastQuery({ slis }: Contract, { criterion }: StageCriterion): MeasurementQuery | null {
  const sli = slis.find(({ id }) => id === criterion.sli);
  if (sli === undefined || !isCountable(sli)) return null;
  if (isSequential(criterion)) return historyQuery(sli, criterion.threshold ?? null, criterion.sessionMinutes);
  // Of a quantile too: its samples are the requests.
  return { ...historyQuery(sli, null), sli };
}

/** What one criterion will be able to notice. Total: what is not known says why. */
export function foreseenPower(place: Place, placed: StageCriterion): Power {
  const { contract, pasts } = place;
  const sli = contract.slis.find(({ id }) => id === placed.criterion.sli);
  const query = pastQuery(contract, placed);
  if (sli === undefined || !isCountable(sli) || query === null) return notCounted(sli);
  const past = pasts.get(queryKey(query)) ?? NOT_ASKED;
  const { criterion } = placed;
  if (criterion.compare === 'mannWhitney') return notCounted(sli);
  return isSequential(criterion)
    ? ofComparison(place, { placed, criterion, sli, past })
    : ofWindow(place, criterion, sli, past);
}

const notCounted = (sli: Sli | undefined) =>
  unknownPower('notCounted', `the samples of a ${sli?.kind ?? 'missing SLI'} are not requests that can be counted`);

/** Requests an hour of everybody in the stage's scope: the author knows the scope, the source does not. */
function trafficIn({ expectedRequestsPerHour }: WedgeStage, past: PastTraffic | UnknownPower) {
  const from = (basis: TrafficBasis, perHour: number) => ({ basis, perHour });
  if (expectedRequestsPerHour !== undefined) return from('expected', expectedRequestsPerHour);
  return past.kind === 'seen' ? from('past', past.requestsPerHour) : null;
}

const NO_CONTROL = unknownPower('noControl', 'there is no control to compare with');

function ofWindow({ stage }: Place, criterion: WindowedCriterion, sli: Sli, past: PastTraffic | UnknownPower): Power {
  const traffic = trafficIn(stage, past);
  if (traffic === null) return ignorance(past);
  const shares = sharesIn(stage);
  if (comparesWithControl(criterion) && shares.control === 0) return NO_CONTROL;
  return windowPower(criterion, traffic.perHour * (sli.cohort === undefined ? 1 : shares.treatment), traffic.basis);
}

type Asked = {
  readonly placed: StageCriterion;
  readonly criterion: SequentialCriterion;
  readonly sli: CountableSli;
  readonly past: PastTraffic | UnknownPower;
};

function ofComparison(
  { contract, stage, stageIndex, expected }: Place,
  { placed, criterion, sli, past }: Asked,
): Power {
  const traffic = trafficIn(stage, past);
  if (traffic === null) return ignorance(past);
  const base = baseRateOf(sli, past, expected);
  if (base === null) return ignorance(past);
  const shares = sharesIn(stage);
  const severity = placed.role === 'trigger' ? placed.criterion.severity : null;
  const group = groupOf(contract.rolloutWedge.wedgeStages, stageIndex, severity, criterion);
  const question = {
    treatmentPerHour: traffic.perHour * shares.treatment,
    controlPerHour: traffic.perHour * shares.control,
    trafficFrom: traffic.basis,
    baseRate: base.rate,
    baseRateFrom: base.basis,
    margin: criterion.margin,
    phi: dispersionOf(past.kind === 'seen' ? past.windows : [], criterion.dispersion ?? null).phi,
    alpha: group.alpha / group.comparisons.length,
  };
  return comparisonPower(question, leastStageHours(stage, contract.rolloutWedge));
}

function baseRateOf(sli: CountableSli, past: PastTraffic | UnknownPower, expected: Expectation) {
  const from = (basis: BaseRateBasis, rate: number) => ({ basis, rate });
  if (sli.kind === 'ratio' && expected.baseRate !== null) return from('expected', expected.baseRate);
  if (past.kind === 'seen' && past.baseRate !== null) return from('past', past.baseRate);
  // The threshold is about where the quantile lies, or the contract would fail at once.
  return sli.kind === 'quantile' ? from('quantile', 1 - sli.quantile) : null;
}

function ignorance(past: PastTraffic | UnknownPower): UnknownPower {
  if (past.kind === 'unknown') return unknownPower(past.reason, past.detail);
  return unknownPower('noTraffic', 'the past has no requests');
}

/** Of the requests inside the stage's scope. A plan that breaks PERCENTAGE_RANGE is looked at too. */
const sharesIn = ({ targetPercentage }: WedgeStage) =>
  cohortSharesAt(thresholdOf(Math.min(100, Math.max(0, targetPercentage))));
