import type { Cohort } from './cohort.ts';
import type { EvaluationContext } from './context.ts';
import type { VariantValue } from './feature.ts';
import type { FlagDocument } from './flagDocument.ts';
import { largestThreshold } from './grants.ts';
import { type Decision, decide, type Reason, type StepName } from './steps.ts';
import { type Lookup, Subject } from './subject.ts';
import { percentageOf } from './threshold.ts';

/** What a lookup tells beside the value; flat, and a member that does not apply is absent. */
type FlagMetadata = {
  /** Of the document that was evaluated. */
  readonly version: number;
  /** 0 to 100: how many of the live rollout's scope it meets; with none live, the widest grant. 0 where killed. */
  readonly percentage: number;
  readonly rolloutId?: string;
  readonly stage?: string;
  readonly cohort?: Cohort;
};

/** The answer to a lookup. `bucket` and `cohort` are null where they played no part. */
export type Evaluation =
  | {
      readonly kind: 'resolved';
      readonly value: VariantValue;
      readonly variant: 'on' | 'off';
      readonly reason: Reason;
      readonly step: StepName;
      readonly bucket: number | null;
      readonly cohort: Cohort | null;
      readonly metadata: FlagMetadata;
    }
  | {
      readonly kind: 'failed';
      readonly errorCode: 'TARGETING_KEY_MISSING' | 'FLAG_NOT_FOUND';
      readonly errorDetails: string;
    };

/**
 * Answers one lookup. Pure and total: environment hard kill, then killed, then a stale view with a live rollout, then a
 * prerequisite that is off, then the workspace's cap, then the grants; the first that decides wins.
 */
export function evaluate(document: FlagDocument, context: EvaluationContext, lookup: Lookup): Evaluation {
  const subject = new Subject(document, context, lookup);
  const { step, decision } = decide(subject);
  return answerOf(subject, step, decision);
}

/** Puts a decision into words that a caller gets. */
export function answerOf(subject: Subject, step: StepName, decision: Decision): Evaluation {
  if (decision.kind === 'targetingKeyMissing') return keyMissing(subject.document.feature);
  const { document } = subject;
  const cohort = isCompared(step) ? subject.cohort() : null;
  const variant = decision.on ? 'on' : 'off';
  return {
    kind: 'resolved',
    value: document.variants[variant],
    variant,
    reason: decision.reason,
    step,
    bucket: decision.reason === 'SPLIT' || cohort !== null ? subject.bucket() : null,
    cohort,
    metadata: metadataOf(document, cohort),
  };
}

/** The answer about a feature that has no document. */
export function flagNotFound(feature: string): Evaluation {
  return { kind: 'failed', errorCode: 'FLAG_NOT_FOUND', errorDetails: `no feature is called ${feature}` };
}

/**
 * Where an earlier step closed the feature, nobody is treated: a cohort there would pass unexposed traffic off as evidence
 * for the rollout.
 */
const isCompared = (step: StepName) => step === 'grants' || step === 'workspaceCap';

const keyMissing = (feature: string): Evaluation => ({
  kind: 'failed',
  errorCode: 'TARGETING_KEY_MISSING',
  errorDetails: `${feature} is split by targetingKey, and the context has none`,
});

function metadataOf(document: FlagDocument, cohort: Cohort | null): FlagMetadata {
  const { version, live } = document;
  const percentage = percentageOf(shownThreshold(document));
  if (live === null) return { version, percentage };
  const { rolloutId, stage } = live;
  // Written out twice: a spread would copy the members one by one, at every lookup.
  if (cohort === null) return { version, percentage, rolloutId, stage };
  return { version, percentage, rolloutId, stage, cohort };
}

function shownThreshold({ killed, live, grants }: FlagDocument): number {
  if (killed) return 0;
  const liveGrant = live === null ? undefined : grants[live.grant];
  return liveGrant === undefined ? largestThreshold(grants) : liveGrant.threshold;
}
