import type { EvaluationContext } from '../../../src/domain/feature/context.ts';
import { evaluate } from '../../../src/domain/feature/evaluation.ts';
import type { FlagDocument } from '../../../src/domain/feature/flagDocument.ts';
import type { Lookup } from '../../../src/domain/feature/subject.ts';

export const NOBODY: EvaluationContext = {
  targetingKey: null,
  workspaceId: null,
  groups: [],
  region: null,
  tier: null,
};

export const userCalled = (targetingKey: string, more: Partial<EvaluationContext> = {}): EvaluationContext => ({
  ...NOBODY,
  targetingKey,
  ...more,
});

/** A fresh view that knows these documents, and in which nothing is hard killed but what the test says. */
export function lookupOf(documents: readonly FlagDocument[] = [], given: Partial<Lookup> = {}): Lookup {
  return {
    document: (feature) => documents.find((document) => document.feature === feature),
    hardKilled: () => false,
    isStale: () => false,
    ...given,
  };
}

export const isOn = (document: FlagDocument, context: EvaluationContext, lookup = lookupOf()): boolean => {
  const answer = evaluate(document, context, lookup);
  return answer.kind === 'resolved' && answer.variant === 'on';
};
