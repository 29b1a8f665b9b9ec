import { placedCriteria, windowedCriteria } from '../places.ts';
import type { Rule } from '../subject.ts';
import { violation } from '../violation.ts';

/** "3 of the last 5": more than there are can't be asked for. */
export const pollLimitReachable: Rule = ({ proposal }) =>
  windowedCriteria(placedCriteria(proposal)).flatMap(({ criterion: { polls }, at }) => {
    if (polls === undefined || polls.atLeast <= polls.ofLast) return [];
    const allowed = `at most ${polls.ofLast}`;
    const message = `must be ${allowed}, as many polls as it looks back on`;
    return [violation('POLL_LIMIT', [...at, 'polls', 'atLeast'], polls.atLeast, allowed, message)];
  });

/** Polls in a row, or of the last ones: both at once would leave open which of them counts. */
export const oneKindOfLimit: Rule = ({ proposal }) =>
  windowedCriteria(placedCriteria(proposal))
    .filter(({ criterion: { polls, consecutive } }) => polls !== undefined && consecutive > 1)
    .map(({ criterion: { consecutive }, at }) => {
      const allowed = '1, or no `polls` beside it';
      return violation('POLL_LIMIT', [...at, 'consecutive'], consecutive, allowed, `must be ${allowed}`);
    });
