import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failedTriggers, hasPassed } from '../../../src/domain/audit/table/criteria.ts';
import type { PollLimit } from '../../../src/domain/health/criterion.ts';
import { NO_GUARDS } from '../../../src/domain/health/guards.ts';
import type { Verdict } from '../../../src/domain/health/verdict.ts';
import { describeCounted, hasReachedLimit } from '../../../src/domain/rollout/limit.ts';
import { nextPoll } from '../../../src/domain/rollout/nextPoll.ts';
import type { Poll } from '../../../src/domain/rollout/poll.ts';
import {
  CALM,
  decided,
  failing,
  fired,
  lacking,
  PASSING,
  POLL_INTERVAL,
  ready,
  rolloutOf,
  T0,
  withPoll,
} from './situation.ts';

const ROLLOUT = rolloutOf({ epochBeganAtMs: T0 });

/** What each letter is at one poll: the condition holds, does not hold, or can't be judged. */
type Letters = Readonly<Record<string, Verdict>>;
const TRIGGER: Letters = {
  h: fired(),
  n: CALM,
  '?': lacking('missing', { ...CALM, outcome: 'inconclusive', reason: 'missing' }),
};
const SUCCESS: Letters = { h: PASSING, n: failing(), '?': lacking('noTraffic') };

/** Polls one after the other, oldest first. */
function pollAfter(letters: Letters, story: string, limit: Partial<Verdict>, rollout = ROLLOUT): Poll {
  let poll: Poll | null = null;
  for (const [index, letter] of [...story].entries()) {
    const verdict = letters[letter];
    if (verdict === undefined) throw new Error(`no verdict for ${letter}`);
    const verdicts = [{ ...verdict, ...limit }];
    const nowMs = T0 + (index + 1) * POLL_INTERVAL;
    poll = nextPoll(poll, rollout, {
      ...{ verdicts, targetVerdicts: [], comparisons: {}, guards: NO_GUARDS, nowMs },
      ...{ pollIntervalMs: POLL_INTERVAL, onHold: false, served: true },
    });
  }
  if (poll === null) throw new Error('no poll');
  return poll;
}
const [fails, passes] = [
  (story: string, limit: Partial<Verdict>) => failedTriggers(pollAfter(TRIGGER, story, limit), 'rollback').length > 0,
  (story: string, limit: Partial<Verdict>) => {
    const poll = pollAfter(SUCCESS, story, limit);
    return poll.verdicts.every((verdict) => hasPassed(poll, verdict));
  },
];
/** By the table that decides; the two above are of the table that verifies. */
const rollsBack = (story: string, limit: Partial<Verdict>) => {
  const { verdicts, counts, history } = pollAfter(TRIGGER, story, limit);
  return decided(withPoll({ verdicts: [...verdicts, PASSING], counts, history })(ready())).kind === 'rollback';
};
const THREE_OF_FIVE = { polls: { atLeast: 3, ofLast: 5 } };

describe('a limit of polls in a row', () => {
  it.each([
    ['h', 1, true],
    ['hh', 3, false],
    ['hhh', 3, true],
    ['hhnh', 3, false],
    ['h?h?h', 3, true],
    ['hhh?', 3, false],
  ])('%s reaches %i: %s', (story, consecutive, reached) => {
    expect(rollsBack(story, { consecutive })).toBe(reached);
    expect(fails(story, { consecutive })).toBe(reached);
    expect(passes(story, { consecutive })).toBe(reached);
  });
});

describe('a limit of "3 of the last 5" polls', () => {
  it.each([
    ['hh', false, 'k − 1'],
    ['hhh', true, 'k, with fewer than n polls there'],
    ['hnnhh', true, 'the first of the last n still counts'],
    ['hnnnhh', false, 'the one before them counts no more'],
    ['nhnhnh', true, 'k among n that come and go'],
    ['nhnhnnh', false, 'k − 1 among the last n'],
    ['hh?????h', true, 'inconclusive ones push nothing out'],
    ['hh?????', false, 'nor do they add'],
    ['hhn?h', true, 'and between them it goes on'],
    ['hhhn', false, 'not while the latest did not hold'],
    ['hhh?', false, 'nor while the latest says nothing'],
  ])('%s reaches it: %s (%s)', (story, reached) => {
    expect(rollsBack(story, THREE_OF_FIVE)).toBe(reached);
    expect(fails(story, THREE_OF_FIVE)).toBe(reached);
    expect(passes(story, THREE_OF_FIVE)).toBe(reached);
  });

  it('says how many of them it was', () => {
    const poll = pollAfter(TRIGGER, 'hnhh', THREE_OF_FIVE);
    const [verdict = CALM] = poll.verdicts;
    expect(describeCounted(poll, verdict)).toMatch(/, 3 of the last 5 polls, limit 3$/);
  });

  it('begins anew with the epoch', () => {
    const earlier = pollAfter(TRIGGER, 'hhhhh', THREE_OF_FIVE);
    const again = nextPoll(earlier, rolloutOf({ epoch: ROLLOUT.epoch + 1 }), {
      ...{
        verdicts: [{ ...fired(), ...THREE_OF_FIVE }],
        targetVerdicts: [],
        comparisons: {},
        guards: NO_GUARDS,
        nowMs: earlier.atMs + POLL_INTERVAL,
      },
      ...{ pollIntervalMs: POLL_INTERVAL, onHold: false, served: true },
    });
    expect(again.history).toEqual({ 'trigger/0': '1' });
  });

  it('keeps no history of a criterion that does not ask for it', () => {
    expect(pollAfter(TRIGGER, 'hhh', {}).history).toEqual({});
  });
});

describe('any limit of "k of the last n"', () => {
  const limits = fc
    .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 8 }))
    .map(([atLeast, more]): PollLimit => ({ atLeast, ofLast: atLeast + more }));
  const stories = fc.string({ unit: fc.constantFrom('h', 'n', '?'), minLength: 1, maxLength: 40 });

  it('is what counting by hand says, and takes no more room than it looks back', () => {
    fc.assert(
      fc.property(stories, limits, (story, polls) => {
        const said = [...story].filter((letter) => letter !== '?').slice(-polls.ofLast);
        const expected = story.endsWith('h') && said.filter((letter) => letter === 'h').length >= polls.atLeast;
        const poll = pollAfter(TRIGGER, story, { polls });
        expect(failedTriggers(poll, 'rollback').length > 0).toBe(expected);
        expect(poll.verdicts.some((one) => one.outcome === 'fail' && hasReachedLimit(poll, one))).toBe(expected);
        expect((poll.history['trigger/0'] ?? '').length).toBe(said.length);
      }),
    );
  });

  it('of 1 of the last 1 is the same as one poll in a row', () => {
    fc.assert(
      fc.property(stories, (story) => {
        expect(fails(story, { polls: { atLeast: 1, ofLast: 1 } })).toBe(fails(story, { consecutive: 1 }));
      }),
    );
  });
});
