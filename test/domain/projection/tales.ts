import fc from 'fast-check';
import type { Contract } from '../../../src/domain/contract/contract.ts';
import { INTERNAL } from '../../../src/domain/feature/scope.ts';
import { type ProposalInput, stageInput } from '../../support/proposals.ts';
import { BETA, contractOf, Tale } from './tale.ts';

/** In every word that no customer may read. */
export const MARK = 'LEAK';

type Act =
  | { readonly do: 'open'; readonly times: number }
  | { readonly do: 'rollBack'; readonly to: 'zero' | 'previousStage' }
  | { readonly do: 'kill' | 'revive' | 'reject' | 'audit' | 'dryRun' }
  | { readonly do: 'cap'; readonly threshold: number };

/** A contract, and what came of it. */
type Chapter = {
  readonly words: 'announced' | 'unannounced' | 'none';
  readonly approved: boolean;
  readonly supersedes: boolean;
  readonly from: number;
  readonly acts: readonly Act[];
};

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ do: fc.constant('open' as const), times: fc.integer({ min: 1, max: 5 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rollBack' as const),
      to: fc.constantFrom('zero' as const, 'previousStage' as const, 'previousStage' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom<Act>(
      { do: 'kill' },
      { do: 'revive' },
      { do: 'revive' },
      { do: 'audit' },
      { do: 'dryRun' },
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>({ do: 'reject' }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cap' as const), threshold: fc.nat(30_000) }) },
);

const chapter: fc.Arbitrary<Chapter> = fc.record({
  words: fc.constantFrom('announced' as const, 'announced' as const, 'unannounced' as const, 'none' as const),
  approved: fc.constantFrom(true, true, true, false),
  supersedes: fc.boolean(),
  from: fc.nat(2),
  acts: fc.array(act, { maxLength: 7, size: 'max' }),
});

/** Every number and word of the plan is one of its own: whatever gets out can be told. */
function planOf(id: string, from: number): ProposalInput['rolloutWedge']['wedgeStages'] {
  const stage = (name: string, percentage: number, more: Parameters<typeof stageInput>[2]) =>
    stageInput(`${MARK}-${id}-${name}`, percentage, { durationHours: 7.125, affectedCustomers: 31_337, ...more });
  return [
    stage('inside', 91.123, { audience: 'INTERNAL', scope: { ...INTERNAL, regions: [`${MARK}-region`] } }),
    stage('beta', 17.321, { audience: 'LIMITED', scope: { ...BETA, regions: [`${MARK}-region`] } }),
    stage('some', 43.217, { audience: 'GENERAL' }),
    stage('everyone', 100, { audience: 'GENERAL', requiresApproval: true }),
  ].slice(from);
}

function markedContract(id: string, { words, supersedes, from }: Omit<Chapter, 'acts'>, last: string | null): Contract {
  const own = id.replace(MARK, 'words');
  const capability = {
    name: `name in ${own}`,
    visibleFeatures: [`one in ${own}`, `two in ${own}`],
    announced: words === 'announced',
  };
  return contractOf(id, words === 'none' ? null : capability, {
    title: `${MARK} title ${id}`,
    issueIds: [`${MARK}-issue-${id}`],
    ...(supersedes && last !== null ? { supersedes: last } : {}),
    stages: planOf(id, from),
  });
}

function carriedOut(tale: Tale, id: string, one: Act): void {
  switch (one.do) {
    case 'open':
      tale.open(id, one.times);
      return;
    case 'rollBack':
      tale.rollBack(id, one.to);
      return;
    case 'kill':
      tale.kill();
      return;
    case 'revive':
      tale.revive();
      return;
    case 'audit':
      tale.audit(id, 'INCONCLUSIVE', 'visit');
      return;
    case 'dryRun':
      tale.create(id, true).open(`dry-${id}`, 4);
      return;
    case 'cap':
      tale.cap(one.threshold);
      return;
    case 'reject':
      if (tale.contract(id).usedBy === null) tale.reject(id);
      return;
  }
}

/** Contract after contract of one feature, each with what may happen to it. */
function taleOf(chapters: readonly Chapter[]): Tale {
  const tale = new Tale();
  chapters.forEach((one, index) => {
    const id = `${MARK}-c${index}`;
    const last = index === 0 ? null : `${MARK}-c${index - 1}`;
    tale.propose(markedContract(id, one, last), one.approved ? [`${MARK}-anna`] : []);
    if (one.approved) tale.create(id);
    for (const act of one.acts) carriedOut(tale, id, act);
  });
  return tale;
}

const talesOf = (maxLength: number) =>
  fc.array(chapter, { minLength: 1, maxLength, size: 'max' }).map((chapters) => {
    const tale = taleOf(chapters);
    // A counterexample is read by people.
    return Object.assign(tale, { [fc.toStringMethod]: () => JSON.stringify(chapters) });
  });
export const tales = talesOf(4);
export const talesOfOneContract = talesOf(1);
