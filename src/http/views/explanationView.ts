import type { z } from 'zod';
import type { Evaluation } from '../../domain/feature/evaluation.ts';
import type { ExplainedStep, Explanation } from '../../domain/feature/explain.ts';
import type { explanationSchema } from '../schemas/feature.ts';

type View = z.infer<typeof explanationSchema>;

export function explanationView({ feature, version, bucket, cohort, steps, answer }: Explanation): View {
  return {
    feature,
    version,
    bucket,
    threshold: thresholdOf(steps.at(-1)),
    cohort,
    steps: steps.map(stepView),
    answer: answerView(answer),
  };
}

/** What the bucket was compared with, in the step that decided. */
function thresholdOf(last: ExplainedStep | undefined): number | null {
  if (last?.step === 'workspaceCap') return last.threshold;
  if (last?.step !== 'grants') return null;
  const granted = last.deciding === null ? null : (last.grants[last.deciding]?.threshold ?? null);
  return granted === null ? last.raise : Math.max(granted, last.raise ?? 0);
}

function stepView(step: ExplainedStep): View['steps'][number] {
  if (step.step === 'prerequisite') return { ...step, needs: [...step.needs] };
  return step.step === 'grants' ? { ...step, grants: [...step.grants] } : step;
}

function answerView(answer: Evaluation): View['answer'] {
  if (answer.kind === 'failed') return { errorCode: answer.errorCode, errorDetails: answer.errorDetails };
  const { value, variant, reason, step } = answer;
  return { value, variant, reason, step };
}
