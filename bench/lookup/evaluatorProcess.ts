// A process of its own for each library, so that none is measured with the garbage or the compiled code of another. The first argument
// names it; each message is the wish for a round, and answered with one.

import { EvaluationRounds } from './evaluationRounds.ts';
import type { StartEvaluator } from './evaluators/evaluator.ts';
import { featureNames } from './flags.ts';
import type { EvaluatorName } from './inProcess.ts';

/** Each is loaded alone. */
const STARTERS: Readonly<Record<EvaluatorName, () => Promise<StartEvaluator>>> = {
  sluice: async () => (await import('./evaluators/sluice.ts')).sluice,
  flagdCore: async () => (await import('./evaluators/flagdCore.ts')).flagdCore,
  growthbook: async () => (await import('./evaluators/growthbook.ts')).growthbook,
  unleash: async () => (await import('./evaluators/unleash.ts')).unleash,
  launchdarkly: async () => (await import('./evaluators/launchdarkly.ts')).launchdarkly,
};

const FEATURES = 200;

const name = process.argv[2] as EvaluatorName;
const features = featureNames(FEATURES);
const start = await STARTERS[name]();
const evaluator = await start(features);
const rounds = new EvaluationRounds(evaluator, features);

process.on('message', () => {
  void rounds.next().then((round) => process.send?.(round));
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
