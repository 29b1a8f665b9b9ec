import { percentageOf, thresholdOf } from '../feature/threshold.ts';

/** How the targets of a plan grow; `manual` has no line. */
export type GrowthPolicy = 'linear' | 'exponential';

export type Increments = {
  readonly initialPercentage: number;
  readonly policy: GrowthPolicy;
  /** Points that `linear` adds, or what `exponential` multiplies by, at each stage. */
  readonly factor: number;
  readonly maximumPercentage: number;
};

const MOST_STAGES = 50;

/**
 * The stage generator: targets from `initialPercentage` to `maximumPercentage`, strictly rising multiples of 0.001; the last is the maximum.
 *
 * @throws RangeError where they can't rise to the maximum within 50 stages.
 */
export function stagePercentages(increments: Increments): readonly number[] {
  refuseUnreachable(increments);
  const maximum = thresholdOf(increments.maximumPercentage);
  const thresholds = Array.from({ length: MOST_STAGES }, (_, index) => thresholdOf(onLine(increments, index)));
  const below = thresholds.filter((threshold) => threshold < maximum);
  return [...new Set(below), maximum].map(percentageOf);
}

/** Where the generator's line stands at a stage (0 is the first), not yet rounded. */
function onLine({ initialPercentage, policy, factor, maximumPercentage }: Increments, index: number): number {
  const free = policy === 'linear' ? initialPercentage + factor * index : initialPercentage * factor ** index;
  return Math.min(maximumPercentage, free);
}

function refuseUnreachable(increments: Increments): void {
  const { initialPercentage, maximumPercentage, policy, factor } = increments;
  if (!(thresholdOf(initialPercentage) > 0 && initialPercentage <= maximumPercentage && maximumPercentage <= 100)) {
    throw new RangeError(
      `no stages from ${initialPercentage} % to ${maximumPercentage} %: 0 < initial ≤ maximum ≤ 100`,
    );
  }
  // Negated, so that NaN is refused too.
  if (!(onLine(increments, MOST_STAGES - 1) >= maximumPercentage)) {
    throw new RangeError(
      `${policy} growth by ${factor} does not reach ${maximumPercentage} % within ${MOST_STAGES} stages`,
    );
  }
}

/**
 * The generator's line that lies nearest to these targets: from the first towards the last, through one of them.
 * A contract names no factor, so each target proposes one; the line whose farthest target is nearest is taken.
 */
export function nearestLine(policy: GrowthPolicy, targets: readonly number[]): readonly number[] {
  const initialPercentage = targets[0] ?? 0;
  const maximumPercentage = targets.at(-1) ?? 0;
  const lines = targets.slice(1).map((target, index) => {
    const factor = factorThrough(policy, initialPercentage, target, index + 1);
    return targets.map((_, stage) => onLine({ initialPercentage, policy, factor, maximumPercentage }, stage));
  });
  const farthest = (line: readonly number[]) =>
    Math.max(...line.map((point, stage) => Math.abs(point - (targets[stage] ?? 0))));
  return lines.toSorted((one, other) => farthest(one) - farthest(other))[0] ?? targets;
}

function factorThrough(policy: GrowthPolicy, initial: number, target: number, stages: number): number {
  return policy === 'linear' ? (target - initial) / stages : (target / initial) ** (1 / stages);
}
