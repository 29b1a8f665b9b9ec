import { z } from 'zod';
import { LEAST_PER_ARM } from '../statistics/levelComparison.ts';
import { nameSchema } from './sli.ts';

export const OPERATORS = ['<', '<=', '>', '>='] as const;
/** What a failing trigger brings about, the gravest first: this is the order wherever they are listed. */
export const SEVERITIES = ['rollback', 'pause', 'alert'] as const;
export type Operator = (typeof OPERATORS)[number];
export type Severity = (typeof SEVERITIES)[number];

const everyCriterion = {
  sli: nameSchema,
  minSamples: z.number().min(0).default(1),
  /** Judged and shown, decides nothing. */
  dryRun: z.boolean().default(false),
};

const LONGEST_WINDOW_SECONDS = 30 * 24 * 3600;
/** A third of the ten minutes by which the past is looked at where nothing else is said. */
const USUAL_SESSION_MINUTES = 3;
/** A day has no more windows of three times as long than it takes to know anything: ten pairs. */
const LONGEST_SESSION_MINUTES = 24;
/** Polls in a row. */
const consecutive = z.int().min(1).max(1000).default(1);
/** Some dozens of minutes at the usual poll: what is older says nothing of now. */
const MOST_POLLS = 100;
const polls = z.int().min(1).max(MOST_POLLS);

/** Of the last polls that said anything, so many in which the condition held; the latest must be one of them. */
const pollLimitSchema = z.strictObject({ atLeast: polls, ofLast: polls }).readonly();
export type PollLimit = z.infer<typeof pollLimitSchema>;

/** Looks at a window, and at the next poll at the same window a little later. */
const windowedShape = {
  ...everyCriterion,
  compare: z.enum(['absolute', 'baselineRatio', 'baselineDifference']),
  operator: z.enum(OPERATORS),
  threshold: z.number(),
  /** 0 is the latest sample. Whole seconds: the window becomes a PromQL duration. */
  windowSeconds: z.int().min(0).max(LONGEST_WINDOW_SECONDS),
  consecutive,
  /** The same for a condition that comes and goes: "3 of the last 5", in place of `consecutive`. */
  polls: pollLimitSchema.optional(),
  /** The past as baseline, in place of the control cohort. */
  baseline: z
    .strictObject({
      offsetHours: z
        .number()
        .gt(0)
        .max(24 * 35),
    })
    .readonly()
    .optional(),
};

/**
 * Counts every request once, treatment beside control, and may be looked at after every poll: what a window would forget adds up.
 * What a criterion is that says nothing of how it compares.
 */
const sequentialShape = {
  ...everyCriterion,
  compare: z.literal('sequential').default('sequential'),
  /** The relative risk of a bad event that is still fine; 1: none more than the control's. */
  margin: z.number().min(0.5).max(10).default(1),
  /** How often a healthy rollout may be taken back by all its comparisons together; the smallest of them holds for all. */
  alpha: z.number().min(0.0001).max(0.2).default(0.05),
  /** Of a quantile SLI: slower than this is bad. In the histogram's unit. */
  threshold: z.number().gt(0).optional(),
  /** φ, how much more bad events vary than independent ones would, where the past can't tell; 1 where each is another user's. */
  dispersion: z.number().min(1).max(1000).optional(),
  /** How long a user's requests keep coming. In windows of the past that are shorter than three of these φ comes out too small. */
  sessionMinutes: z.number().gt(0).max(LONGEST_SESSION_MINUTES).default(USUAL_SESSION_MINUTES),
};

/**
 * Compares the points that a gauge had in a window, treatment beside control, by Mann and Whitney's test: whether treatment is
 * worse, in the SLI's direction. The test is made for one look: at each poll it looks at nearly the same points again.
 */
const levelShape = {
  ...everyCriterion,
  compare: z.literal('mannWhitney'),
  /** Points of each arm: with fewer no difference, however large, is far from chance. */
  minSamples: z.int().min(LEAST_PER_ARM).max(10_000).default(LEAST_PER_ARM),
  windowSeconds: z.int().min(1).max(LONGEST_WINDOW_SECONDS),
  /** Of one look, two-sided. */
  alpha: z.number().min(0.0001).max(0.2).default(0.01),
  /** How far treatment may lie from control, as a share of the control's median: 0.1 is a tenth. */
  toleranceShare: z.number().min(0).max(10).default(0),
  consecutive,
};

const severity = z.enum(SEVERITIES).default('rollback');

/** An SLI with a condition that must hold before more exposure. */
export const successCriterionSchema = z
  .discriminatedUnion('compare', [
    z.strictObject(windowedShape),
    z.strictObject(sequentialShape),
    z.strictObject(levelShape),
  ])
  .readonly();
/** An SLI with a condition that, when it holds, takes exposure back (or pauses, or alerts). */
export const triggerSchema = z
  .discriminatedUnion('compare', [
    z.strictObject({ ...windowedShape, severity }),
    z.strictObject({ ...sequentialShape, severity }),
    z.strictObject({ ...levelShape, severity }),
  ])
  .readonly();

export type SuccessCriterion = z.infer<typeof successCriterionSchema>;
export type Trigger = z.infer<typeof triggerSchema>;
export type SequentialCriterion = Extract<SuccessCriterion | Trigger, { compare: 'sequential' }>;
export type LevelCriterion = Extract<SuccessCriterion | Trigger, { compare: 'mannWhitney' }>;
export type WindowedCriterion = Exclude<SuccessCriterion | Trigger, SequentialCriterion | LevelCriterion>;

/** A criterion with its place in the stage; `key` is stable within a stage: `success/0`, `trigger/1`. */
export type StageCriterion =
  | { readonly key: string; readonly role: 'success'; readonly criterion: SuccessCriterion }
  | { readonly key: string; readonly role: 'trigger'; readonly criterion: Trigger };

/** All criteria of a stage with their keys, triggers first and the gravest first of them: protection before permission. */
export function criteriaOf(stage: {
  readonly successCriteria: readonly SuccessCriterion[];
  readonly rollbackTrigger: readonly Trigger[];
}): readonly StageCriterion[] {
  const triggers = stage.rollbackTrigger.map((criterion, index) => ({
    key: `trigger/${index}`,
    role: 'trigger' as const,
    criterion,
  }));
  return [
    ...triggers.toSorted((one, other) => gravity(one.criterion) - gravity(other.criterion)),
    ...stage.successCriteria.map((criterion, index) => ({
      key: `success/${index}`,
      role: 'success' as const,
      criterion,
    })),
  ];
}

const gravity = ({ severity }: Trigger) => SEVERITIES.indexOf(severity);

/** True where the criterion compares treatment with the control cohort, so it means nothing where there is none. */
export function comparesWithControl(criterion: SuccessCriterion | Trigger): boolean {
  if (!isWindowed(criterion)) return true;
  return criterion.compare !== 'absolute' && criterion.baseline === undefined;
}

export function isSequential(criterion: SuccessCriterion | Trigger): criterion is SequentialCriterion {
  return criterion.compare === 'sequential';
}

/** Compares one number with a limit. */
export function isWindowed(criterion: SuccessCriterion | Trigger): criterion is WindowedCriterion {
  return !isSequential(criterion) && criterion.compare !== 'mannWhitney';
}
