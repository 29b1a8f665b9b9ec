import fc from 'fast-check';
import type { HandFields } from '../../../src/domain/feature/handFields.ts';
import type { Act, Person, SingleAct } from './act.ts';
import { type Plan, plans } from './plan.ts';
import { POLL_MS } from './setting.ts';

const by = fc.constantFrom<Person>('olga', 'oskar', 'anna', 'emil', 'adam');
/** Mostly the newest rollout. */
const of = fc.constantFrom(0, 0, 0, 1, 2);
const workspace = fc.constantFrom('acme' as const, 'globex' as const);

/** So often, one that does this, with these members. */
const often = <D extends SingleAct['do'], M extends object>(
  weight: number,
  what: D,
  members: { [K in keyof M]: fc.Arbitrary<M[K]> },
) => ({ weight, arbitrary: fc.record(members).map((filled) => ({ do: what, ...filled })) });

const onRollouts = [
  often(8, 'start', { by, of, cleared: fc.constantFrom(true, true, false) }),
  often(4, 'advance', { by, of, comment: fc.constantFrom('quiet night', null) }),
  often(2, 'pause', { by, of }),
  often(4, 'resume', { by, of }),
  often(1, 'preflight', { by, of }),
  often(3, 'rollback', {
    by,
    of,
    to: fc.constantFrom('zero' as const, 'previousStage' as const, null),
    mode: fc.constantFrom('immediate' as const, 'progressive' as const, 'progressive' as const, null),
  }),
  often(5, 'say', {
    by: fc.constantFrom('anna' as const, 'emil' as const, 'olga' as const),
    of,
    stage: fc.nat({ max: 3 }),
    word: fc.constantFrom('approve' as const, 'approve' as const, 'approve' as const, 'reject' as const),
  }),
  often(4, 'verdict', {
    of,
    verdict: fc.constantFrom(
      'PASS' as const,
      'PASS' as const,
      'PASS' as const,
      'FAIL' as const,
      'INCONCLUSIVE' as const,
    ),
    onAll: fc.constantFrom(false, false, true),
  }),
  often(2, 'incident', {
    by,
    of,
    reference: fc.constantFrom('SHOP-1' as const, 'SHOP-2' as const),
    resolved: fc.constantFrom(true, true, false),
  }),
  often(1, 'falseAlarm', { by, of }),
  often(2, 'review', { by, of }),
];

const proposals = often(4, 'propose', {
  plan: plans,
  supersedes: fc.constantFrom(true, true, false),
  dryRun: fc.constantFrom(false, false, false, true),
  startsLater: fc.constantFrom(false, false, false, true),
  waivedHours: fc.constantFrom(1, 3, 30),
});

const onFeature = [
  often(1, 'kill', { by }),
  often(3, 'revive', { by }),
  often(1, 'need', { by }),
  often(1, 'needNothing', { by }),
  often(1, 'killNeeded', { by }),
  often(1, 'openNeeded', { by }),
  often(6, 'override', {
    by,
    workspace,
    threshold: fc.constantFrom(0, 5_000, 12_000, 25_000, 50_000, 90_000),
    minutes: fc.constantFrom(null, null, null, 7, 30),
  }),
  often(2, 'noOverride', { by, workspace }),
  often(1, 'rejectWaiver', { of: fc.nat({ max: 3 }) }),
  often(2, 'renewWaiver', { of }),
];

const edits: fc.Arbitrary<Partial<HandFields>> = fc.oneof(
  fc.record({ rolloutPercent: fc.constantFrom(0, 3, 8, 14, 28, 90) }),
  fc.record({ internalOnly: fc.boolean() }),
  fc.record({ enabled: fc.boolean() }),
  fc.record({ paused: fc.boolean() }),
);

const around = [
  often(5, 'measure', {
    what: fc.constantFrom(
      'healthy' as const,
      'healthy' as const,
      'healthy' as const,
      'bad' as const,
      'doubtful' as const,
      'missing' as const,
    ),
  }),
  often(2, 'hand', { edits }),
  often(1, 'stop', {}),
  often(3, 'liftStop', {}),
  often(1, 'freeze', {}),
  often(3, 'unfreeze', {}),
  often(1, 'hook', {
    hook: fc.constantFrom('beforeStart' as const, 'beforeAdvance' as const, 'beforeComplete' as const),
    agrees: fc.constantFrom(true, true, false),
  }),
];

const time = [
  often(2, 'clock', { ms: fc.constantFrom(1000, 7000, 61_000) }),
  often(8, 'polls', { times: fc.constantFrom(1, 1, 13, 26) }),
  often(6, 'goesWell', {}),
  often(2, 'restart', {}),
];

const away = fc.boolean();
const outages = [often(6, 'ledger', { away }), often(6, 'store', { away })];

const inTurn: fc.Arbitrary<SingleAct> = fc.oneof(...onRollouts, proposals, ...onFeature, ...around, ...time);
/** What is done in a moment, or in some turns of the process; no time passes meanwhile. */
const moments: fc.Arbitrary<SingleAct> = fc.oneof(...onRollouts, ...onFeature, ...around, often(12, 'look', {}));
const races: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('race' as const),
  afterMs: fc.constantFrom(0, POLL_MS),
  one: moments,
  other: moments,
  lag: fc.nat({ max: 40 }),
});

/** A life: what the installation is like, how it begins, and what anybody does then. */
export type Life = {
  readonly cooldownMinutes: number;
  readonly first: Plan;
  readonly acts: readonly Act[];
};

const MOST_ACTS = 60;
const livesOf = (anyAct: fc.Arbitrary<Act>): fc.Arbitrary<Life> =>
  fc.record({
    cooldownMinutes: fc.constantFrom(0, 20, 60),
    first: plans,
    acts: fc.array(anyAct, { maxLength: MOST_ACTS, size: 'max' }),
  });

/** Nobody outside fails, and one waits for the other. */
export const orderlyLives = livesOf(inTurn);
/** Two come at once. */
export const hurriedLives = livesOf(fc.oneof({ weight: 1, arbitrary: inTurn }, { weight: 1, arbitrary: races }));
/** Ledger and store come and go. */
export const cutOffLives = livesOf(
  fc.oneof({ weight: 6, arbitrary: inTurn }, { weight: 1, arbitrary: fc.oneof(...outages) }),
);
