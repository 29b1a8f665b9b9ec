import fc from 'fast-check';
import { HOUR, MINUTE, POLL_MS } from './plan.ts';

/** What every arm measures: `bad` and `terrible` are too bad for stages that do not bear them; `slow` is healthy but for the criterion that pauses, `doubtful` passes neither success nor trigger. */
export type Metrics = 'healthy' | 'bad' | 'terrible' | 'doubtful' | 'slow' | 'missing' | 'noTraffic' | 'away';
/** Olga proposed the contract. Olga and Oskar are operators; Anna and Emil are approvers, too. */
export type Person = 'olga' | 'oskar' | 'anna' | 'emil';

/** What an operator can see happening to a release. */
export type Act =
  /** Time passes in ordinary looks. */
  | { readonly do: 'looks'; readonly times: number }
  /** The clock jumps, forwards or backwards, and the controller looks. */
  | { readonly do: 'clock'; readonly ms: number }
  | { readonly do: 'metrics'; readonly are: Metrics }
  | { readonly do: 'start' | 'advance'; readonly by: Person; readonly comment: string | null }
  | { readonly do: 'say'; readonly by: Person; readonly word: 'approve' | 'reject'; readonly stage: number }
  | { readonly do: 'pause' | 'resume' | 'kill' | 'stop' | 'liftStop' | 'tryAgain' }
  | { readonly do: 'rollback'; readonly to: 'zero' | 'previousStage' | null; readonly mode: 'progressive' | null }
  | { readonly do: 'revive'; readonly by: Person };

const always = <T>(value: T) => fc.constant(value);
const people = fc.constantFrom<Person>('olga', 'oskar', 'anna', 'emil');

const time: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: always('looks' as const), times: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: always('clock' as const),
      ms: fc.constantFrom(2 * POLL_MS, 30 * MINUTE, 3 * HOUR, -2 * POLL_MS, -3 * HOUR),
    }),
  },
);

const metrics: fc.Arbitrary<Act> = fc.record({
  do: always('metrics' as const),
  are: fc.oneof(
    { weight: 5, arbitrary: always<Metrics>('healthy') },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Metrics>(
        'bad',
        'bad',
        'bad',
        'terrible',
        'doubtful',
        'doubtful',
        'slow',
        'slow',
        'missing',
        'noTraffic',
        'away',
      ),
    },
  ),
});

const openings: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    do: fc.constantFrom('start' as const, 'advance' as const, 'advance' as const),
    by: people,
    comment: fc.constantFrom('quiet night', null),
  }),
  fc.record({
    do: always('say' as const),
    by: fc.constantFrom<Person>('anna', 'anna', 'emil', 'olga'),
    word: fc.constantFrom('approve' as const, 'approve' as const, 'reject' as const),
    stage: fc.constantFrom(0, 1, 1, 2, 2),
  }),
  fc.constantFrom<Act>({ do: 'resume' }, { do: 'resume' }, { do: 'liftStop' }, { do: 'tryAgain' }),
);

const closings: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom<Act>({ do: 'pause' }, { do: 'stop' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: always('rollback' as const),
      to: fc.constantFrom('zero' as const, 'previousStage' as const, 'previousStage' as const, null),
      mode: fc.constantFrom('progressive' as const, null),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.oneof(always<Act>({ do: 'kill' }), fc.record({ do: always('revive' as const), by: people })),
  },
);

const onward: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: always('looks' as const), times: fc.integer({ min: 4, max: 9 }) }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<Act>(
      { do: 'advance', by: 'anna', comment: 'quiet night' },
      { do: 'advance', by: 'oskar', comment: null },
      { do: 'say', by: 'emil', word: 'reject', stage: 1 },
      { do: 'say', by: 'emil', word: 'approve', stage: 1 },
      { do: 'say', by: 'emil', word: 'approve', stage: 2 },
    ),
  },
);
/** Two stages down, where each bears more than the one above it. */
const BACK_TWICE: readonly Act[] = [
  { do: 'looks', times: 9 },
  { do: 'metrics', are: 'bad' },
  { do: 'looks', times: 2 },
  { do: 'metrics', are: 'terrible' },
  { do: 'looks', times: 2 },
  { do: 'metrics', are: 'healthy' },
];
const setback = fc.constantFrom<readonly Act[]>(
  [],
  [{ do: 'rollback', to: 'previousStage', mode: null }],
  [
    { do: 'rollback', to: 'previousStage', mode: 'progressive' },
    { do: 'looks', times: 3 },
  ],
  [{ do: 'metrics', are: 'slow' }, { do: 'looks', times: 1 }, { do: 'resume' }, { do: 'looks', times: 1 }],
  [
    { do: 'metrics', are: 'bad' },
    { do: 'looks', times: 2 },
    { do: 'metrics', are: 'healthy' },
  ],
  BACK_TWICE,
  BACK_TWICE,
);

/** Started, it goes well for a while, perhaps it comes back and goes on: so that what happens later finds it anywhere. */
export const beginnings: fc.Arbitrary<readonly Act[]> = fc
  .tuple(
    fc.constantFrom<Person>('olga', 'anna'),
    fc.array(onward, { maxLength: 4, size: 'max' }),
    setback,
    fc.array(onward, { maxLength: 4, size: 'max' }),
  )
  .map(([by, well, back, again]) => [{ do: 'start', by, comment: null }, ...well, ...back, ...again]);

/** Mostly time that passes, so that releases get somewhere. */
export const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 10, arbitrary: time },
  { weight: 4, arbitrary: metrics },
  { weight: 6, arbitrary: openings },
  { weight: 2, arbitrary: closings },
);
