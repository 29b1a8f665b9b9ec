import { FlagView } from '../../../src/control/flags/flagView.ts';
import { readContext } from '../../../src/domain/feature/context.ts';
import { flagOf } from '../flags.ts';
import type { Evaluator } from './evaluator.ts';

/** The view that lookups are answered from, with the context read as it arrives. */
export function sluice(features: readonly string[]): Evaluator {
  const view = viewOf(features);
  return { isOn: (feature, targetingKey) => isOnIn(view, feature, { targetingKey }), close: () => undefined };
}

export function viewOf(features: readonly string[]): FlagView {
  const monotonicMs = () => performance.now();
  const view = new FlagView({ monotonicMs, staleAfterMs: Number.POSITIVE_INFINITY, hardKilled: () => false });
  for (const feature of features) view.apply(flagOf(feature));
  // Otherwise it would be closed for want of news.
  view.confirmed(monotonicMs());
  return view;
}

function isOnIn(view: FlagView, feature: string, context: object): boolean {
  const read = readContext(context);
  if (read.kind === 'invalid') throw new Error(read.errorDetails);
  const evaluation = view.evaluate(feature, read.context);
  return evaluation.kind === 'resolved' && evaluation.value === true;
}
