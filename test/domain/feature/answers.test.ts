import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../src/domain/feature/evaluation.ts';
import { context, document } from './arbitraries.ts';
import { documentOf, grantOf } from './documents.ts';
import { lookupOf, userCalled } from './lookups.ts';

const live = { rolloutId: 'r-1', stage: 'canary', whenStale: 'keep', grant: 0 } as const;
const LIVE = documentOf({ grants: [grantOf(25)], live });

test('an answer is the same object however often it is given, and none can be changed', () => {
  const half = documentOf({ grants: [grantOf(50)] });
  const lookup = lookupOf([half]);
  const answers = Array.from({ length: 200 }, (_, user) => evaluate(half, userCalled(`user-${user}`), lookup));
  expect(new Set(answers).size).toBe(2);
  for (const answer of new Set(answers)) {
    expect(Object.isFrozen(answer) && answer.kind === 'resolved' && Object.isFrozen(answer.metadata)).toBe(true);
  }
});

test('what was answered before changes no answer', () => {
  fc.assert(
    fc.property(
      fc.oneof(document, fc.constant(LIVE)),
      fc.array(context, { minLength: 1, maxLength: 20 }),
      (flag, contexts) => {
        const lookup = lookupOf([flag]);
        const anew = () => structuredClone(flag);
        for (const one of contexts) expect(evaluate(flag, one, lookup)).toEqual(evaluate(anew(), one, lookup));
      },
    ),
  );
});
