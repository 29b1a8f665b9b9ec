import fc from 'fast-check';
import { expect, it } from 'vitest';
import { acts, beginnings } from './act.ts';
import { plans } from './plan.ts';
import { RolloutModel } from './rolloutModel.ts';
import { agreeing, MOST_ACTS, SOME } from './sequence.ts';

/** Everything that a look can come to, and everything that can be refused. */
const ANSWERS = [
  ...['hold paused', 'hold globalStop', 'hold window', 'hold successCriteria', 'hold health', 'hold cooldown'],
  ...['hold missingData', 'hold noTraffic', 'hold sourceUnavailable', 'awaitApproval approval'],
  ...['hold rollingBack', 'rollback operator', 'rollback sourceUnavailable', 'refused HELD: rollingBack'],
  ...['rollback criterion', 'pause criterion', 'pause noProgress', 'ramp ready', 'advance ready', 'complete ready'],
  ...['accepted', 'revived', 'waiting', 'nothing to look at'],
  ...['refused ILLEGAL_STATE', 'refused FOUR_EYES', 'refused FORBIDDEN', 'refused PREFLIGHT_FAILED'],
  ...['refused HELD: globalStop', 'refused HELD: cooldown', 'refused HELD: approval', 'refused HELD: window'],
];

it(`over ${SOME} sequences of what may happen, the model and Sluice never part`, () => agreeing(SOME), 120_000);

it('such sequences come to everything that can be answered', () => {
  const answers = new Set<string>();
  const anything = fc.array(acts, { maxLength: MOST_ACTS, size: 'max' });
  for (const [plan, beginning, later] of fc.sample(fc.tuple(plans, beginnings, anything), {
    numRuns: 20_000,
    seed: 1,
  })) {
    const model = new RolloutModel(plan);
    const possible = [...beginning, ...later].filter((act) => act.do !== 'tryAgain');
    for (const act of possible) answers.add(model.does(act).replace(/ until .*/, ''));
  }
  expect(ANSWERS.filter((answer) => !answers.has(answer))).toEqual([]);
});
