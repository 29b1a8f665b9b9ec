/** How far a capability has come, in the words that customers know. Within a contract it never goes back (ROLLOUT-005). */
export const LADDER = ['NOT_VISIBLE', 'PLANNED', 'INTERNAL', 'LIMITED', 'GENERAL'] as const;
export type LadderStage = (typeof LADDER)[number];

/** A step of the ladder, and when it was reached. */
export type Step = { readonly stage: LadderStage; readonly atMs: number };

const heightOf = (stage: LadderStage) => LADDER.indexOf(stage);

export const isAtLeast = (stage: LadderStage, other: LadderStage) => heightOf(stage) >= heightOf(other);

/** The steps that lead up: each when it was first reached. One that comes after a higher one is no step of the ladder. */
export function climbed(steps: readonly Step[]): readonly Step[] {
  return steps.filter(({ stage }, index) =>
    steps.slice(0, index).every((earlier) => heightOf(earlier.stage) < heightOf(stage)),
  );
}

export function topOf(up: readonly Step[]): LadderStage {
  return up.at(-1)?.stage ?? 'NOT_VISIBLE';
}
