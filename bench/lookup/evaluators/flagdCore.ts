import { FlagdCore } from '@openfeature/flagd-core';
import { type Evaluator, SHARE_PERCENTAGE } from './evaluator.ts';

/** `fractional` without an expression draws by flag key and targeting key. */
const RULE = {
  state: 'ENABLED',
  variants: { on: true, off: false },
  defaultVariant: 'off',
  targeting: {
    fractional: [
      ['on', SHARE_PERCENTAGE],
      ['off', 100 - SHARE_PERCENTAGE],
    ],
  },
};

export function flagdCore(features: readonly string[]): Evaluator {
  const core = new FlagdCore();
  core.setConfigurations(JSON.stringify({ flags: Object.fromEntries(features.map((feature) => [feature, RULE])) }));
  return {
    isOn: (feature, targetingKey) => core.resolveBooleanEvaluation(feature, false, { targetingKey }).value,
    close: () => undefined,
  };
}
