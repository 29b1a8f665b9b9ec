import { type Resolved, resolvedAs } from './answers.ts';
import type { EvaluationContext } from './context.ts';
import type { FlagDocument } from './flagDocument.ts';
import { type Decision, decide, type StepName } from './steps.ts';
import { type Lookup, Subject } from './subject.ts';

/** The answer to a lookup. */
export type Evaluation =
  | Resolved
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
  const cohort = isCompared(step) ? subject.cohort() : null;
  return resolvedAs(subject.document, decision.on ? 'on' : 'off', decision.reason, step, cohort);
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
