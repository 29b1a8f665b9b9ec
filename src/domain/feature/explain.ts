import type { Cohort } from './cohort.ts';
import type { EvaluationContext } from './context.ts';
import { answerOf, type Evaluation } from './evaluation.ts';
import type { FlagDocument } from './flagDocument.ts';
import { hardKillVariable } from './hardKill.ts';
import { matches, type Scope } from './scope.ts';
import { type Decision, STEPS, type StepName } from './steps.ts';
import { type Lookup, Subject } from './subject.ts';

/** What a step looked at. */
type StepFacts =
  | { readonly step: 'hardKill'; readonly variable: string }
  | { readonly step: 'killed'; readonly killed: boolean }
  | { readonly step: 'stale'; readonly whenStale: 'close' | 'keep' | null }
  | { readonly step: 'prerequisite'; readonly needs: readonly string[]; readonly missing: string | null }
  | { readonly step: 'workspaceCap'; readonly threshold: number | null }
  | {
      readonly step: 'grants';
      readonly grants: readonly ExplainedGrant[];
      readonly deciding: number | null;
      /** How far the workspace is met beyond the grants. */
      readonly raise: number | null;
    };

/** A grant, and whether the context lies in its scope. */
type ExplainedGrant = {
  readonly index: number;
  readonly scope: Scope;
  readonly threshold: number;
  readonly matches: boolean;
};

export type ExplainedStep = StepFacts & { readonly outcome: 'passed' | 'on' | 'off' | 'targetingKeyMissing' };

/** How a lookup came to its answer: the steps asked, in order, up to the one that decided. */
export type Explanation = {
  readonly feature: string;
  readonly version: number;
  /** 0 to 99 999; null without a targeting key. */
  readonly bucket: number | null;
  readonly cohort: Cohort | null;
  readonly steps: readonly ExplainedStep[];
  readonly answer: Evaluation;
};

/** The same steps as `evaluate`, told one by one. The context is parsed; nothing of it is repeated but the bucket. */
export function explain(document: FlagDocument, context: EvaluationContext, lookup: Lookup): Explanation {
  const subject = new Subject(document, context, lookup);
  const steps: ExplainedStep[] = [];
  for (const { name, decide } of STEPS) {
    const decision = decide(subject);
    steps.push({ ...factsOf(name, subject, decision), outcome: outcomeOf(decision) });
    if (decision !== null) return explanationOf(subject, steps, answerOf(subject, name, decision));
  }
  throw new Error('the last step always decides');
}

const explanationOf = (subject: Subject, steps: readonly ExplainedStep[], answer: Evaluation): Explanation => ({
  feature: subject.document.feature,
  version: subject.document.version,
  bucket: subject.bucket(),
  cohort: answer.kind === 'resolved' ? answer.cohort : null,
  steps,
  answer,
});

function outcomeOf(decision: Decision | null): ExplainedStep['outcome'] {
  if (decision === null) return 'passed';
  if (decision.kind === 'targetingKeyMissing') return 'targetingKeyMissing';
  return decision.on ? 'on' : 'off';
}

function factsOf(step: StepName, subject: Subject, decision: Decision | null): StepFacts {
  const { document } = subject;
  switch (step) {
    case 'hardKill':
      return { step, variable: hardKillVariable(document.feature) };
    case 'killed':
      return { step, killed: document.killed };
    case 'stale':
      return { step, whenStale: document.live?.whenStale ?? null };
    case 'prerequisite':
      return { step, needs: document.prerequisites.map(({ feature }) => feature), missing: decision?.because ?? null };
    case 'workspaceCap':
      return { step, threshold: subject.cap() };
    case 'grants':
      return { step, grants: explainedGrants(subject), deciding: subject.grantIndex(), raise: subject.raise() };
  }
}

const explainedGrants = ({ document, context }: Subject): readonly ExplainedGrant[] =>
  document.grants.map(({ scope, threshold }, index) => ({
    index,
    scope,
    threshold,
    matches: matches(scope, context),
  }));
