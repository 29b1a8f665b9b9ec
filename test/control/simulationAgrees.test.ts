import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MetricSources } from '../../src/control/sight/metricSources.ts';
import { Pacer } from '../../src/control/simulation/pacer.ts';
import { type Moment, rehearse } from '../../src/control/simulation/rehearsal.ts';
import type { Arm, Measurement, MeasurementQuery } from '../../src/domain/health/measurement.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { isTerminal, type RolloutState } from '../../src/domain/rollout/state.ts';
import type { Happening } from '../../src/domain/simulation/diary.ts';
import { FakeMetricSource } from '../support/fakeMetricSource.ts';
import { T0 } from '../support/ledgerStory.ts';
import { type ProposalInput, proposalInput, type StageInput, stageInput } from '../support/proposals.ts';
import { createdRollout, FEATURE, stateOf } from '../support/release.ts';
import { ANNA, chainOf, EMIL, poll, type Replica, startReplica, worldOf } from '../support/simulatedInstallation.ts';

const POLL_MS = 60_000;
const BEGINS_MS = T0 + POLL_MS;
const MOST_POLLS = 700;
const TOLD = new Set(['started', 'ramped', 'advanced', 'held', 'paused', 'rolledBack', 'completed']);

/** How the service fares for some polls: what cohorts measure and count then. */
type Weather = 'fine' | 'doubtful' | 'bad' | 'badForTreatment' | 'silent' | 'missing' | 'away' | 'stale';
type Spell = { readonly weather: Weather; readonly polls: number };

const spells = fc.array(
  fc.record({
    weather: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Weather>('fine') },
      {
        weight: 4,
        arbitrary: fc.constantFrom<Weather>('doubtful', 'bad', 'badForTreatment', 'silent', 'missing', 'away', 'stale'),
      },
    ),
    polls: fc.integer({ min: 1, max: 90 }),
  }),
  { minLength: 1, maxLength: 12 },
);

type Wish = {
  readonly judgedBy: 'windows' | 'baseline' | 'sequential';
  readonly severity: 'rollback' | 'pause';
  readonly to: 'zero' | 'previousStage';
  readonly incrementPolicy: 'linear' | 'manual';
  readonly criticality: 'standard' | 'critical';
  readonly requiresApproval: boolean;
  readonly hours: number;
  readonly consecutive: number;
};

const wishes: fc.Arbitrary<Wish> = fc.record({
  judgedBy: fc.constantFrom('windows', 'baseline', 'sequential'),
  severity: fc.constantFrom('rollback', 'pause'),
  to: fc.constantFrom('zero', 'previousStage'),
  incrementPolicy: fc.constantFrom('linear', 'manual'),
  criticality: fc.constantFrom('standard', 'critical'),
  requiresApproval: fc.boolean(),
  hours: fc.constantFrom(0, 1, 2),
  consecutive: fc.constantFrom(1, 3),
});
const USUAL: Wish = {
  ...{ judgedBy: 'windows', severity: 'rollback', to: 'zero', incrementPolicy: 'linear', criticality: 'standard' },
  ...{ requiresApproval: false, hours: 0, consecutive: 1 },
};

function planOf({ judgedBy, severity, consecutive, ...wish }: Wish): ProposalInput {
  const { to, incrementPolicy, criticality, requiresApproval, hours } = wish;
  const stage = (id: string, percentage: number): StageInput => {
    const plain = stageInput(id, percentage, { durationHours: hours, requiresApproval });
    return { ...plain, rollbackTrigger: [...plain.rollbackTrigger, triggerOf(judgedBy, severity, consecutive)] };
  };
  const wedgeStages = [stage('canary', 10), stage('half', 50), stage('everyone', 100)];
  return proposalInput({ criticality }, { incrementPolicy, rollback: { to }, wedgeStages });
}

/** One of each end, whatever is drawn. */
const EXAMPLES: [Wish, Spell[]][] = [
  // Back a stage, up again, and the second time to zero.
  [
    { ...USUAL, to: 'previousStage' },
    [
      { weather: 'fine', polls: 80 },
      { weather: 'badForTreatment', polls: 1 },
      { weather: 'fine', polls: 75 },
      { weather: 'badForTreatment', polls: 3 },
    ],
  ],
  [USUAL, []],
  [
    { ...USUAL, judgedBy: 'baseline' },
    [
      { weather: 'fine', polls: 80 },
      { weather: 'badForTreatment', polls: 30 },
    ],
  ],
  [
    { ...USUAL, severity: 'pause' },
    [
      { weather: 'fine', polls: 80 },
      { weather: 'badForTreatment', polls: 30 },
    ],
  ],
  [
    { ...USUAL, judgedBy: 'sequential', to: 'previousStage', criticality: 'critical' },
    [
      { weather: 'fine', polls: 120 },
      { weather: 'badForTreatment', polls: 40 },
    ],
  ],
];

function triggerOf(
  judgedBy: Wish['judgedBy'],
  severity: Wish['severity'],
  consecutive: number,
): StageInput['rollbackTrigger'][number] {
  if (judgedBy === 'sequential') return { sli: 'error_rate', severity };
  const windowed = { sli: 'error_rate', operator: '>' as const, windowSeconds: 600, severity, consecutive };
  return judgedBy === 'windows'
    ? { ...windowed, compare: 'absolute', threshold: 0.03 }
    : { ...windowed, compare: 'baselineRatio', threshold: 2 };
}

/** Answers by the time that is asked about alone, so that it tells a live controller and a simulation the same. */
function serviceOf(weathers: readonly Spell[]): FakeMetricSource {
  const source = new FakeMetricSource();
  const at = (ms: number): Weather => {
    // The preflight of a live start is no part of a simulation: it finds data.
    let begins = BEGINS_MS + POLL_MS;
    for (const { weather, polls } of weathers) {
      const ends = begins + polls * POLL_MS;
      if (ms >= begins && ms < ends) return weather;
      begins = ends;
    }
    return 'fine';
  };
  for (const arm of ['treatment', 'control', 'all'] as const) {
    source.answer('error_rate', arm, (query, nowMs) => measured(at(nowMs), arm, query, nowMs));
  }
  return source.tallyBy('error_rate', ({ fromMs, toMs, sli }) => {
    const weather = at(toMs);
    if (weather === 'away') return { kind: 'unavailable', detail: 'away', query: sli.id };
    if (weather === 'missing') return { kind: 'missing', detail: 'no series', query: sli.id };
    const total = weather === 'silent' ? 0 : Math.round((toMs - fromMs) / 100);
    const bad = (arm: Arm) => Math.round(total * rateOf(weather, arm));
    const count = (arm: Arm) => ({ total, bad: bad(arm) });
    const newestSampleAtMs = weather === 'stale' ? toMs - 600_000 : toMs;
    return {
      kind: 'counted',
      poll: { treatment: count('treatment'), control: count('control') },
      edge: null,
      newestSampleAtMs,
      query: sli.id,
    };
  });
}

function rateOf(weather: Weather, arm: Arm): number {
  if (weather === 'bad') return 0.5;
  if (weather === 'doubtful') return 0.02;
  return weather === 'badForTreatment' && arm === 'treatment' ? 0.08 : 0.004;
}

function measured(
  weather: Weather,
  arm: Arm,
  { windowSeconds, sli: { id } }: MeasurementQuery,
  nowMs: number,
): Measurement {
  if (weather === 'away') return { kind: 'unavailable', detail: 'away', query: id };
  if (weather === 'missing') return { kind: 'missing', detail: 'no series', query: id };
  if (weather === 'silent') return { kind: 'noTraffic', newestSampleAtMs: nowMs, query: id };
  const newestSampleAtMs = weather === 'stale' ? nowMs - 600_000 : nowMs;
  return {
    kind: 'observed',
    value: rateOf(weather, arm),
    samples: windowSeconds * 10,
    coveredSeconds: windowSeconds,
    newestSampleAtMs,
    query: id,
  };
}

/** What the live controller did, with everybody who is needed saying yes before they are. */
async function lived(input: ProposalInput, source: FakeMetricSource) {
  const replica = await startReplica(worldOf({ pollIntervalMs: POLL_MS }), { metrics: source });
  const id = await createdRollout(replica, input, { startAtMs: BEGINS_MS });
  let state = await approved(replica, id);
  for (let polls = 0; polls < MOST_POLLS && !isTerminal(state.wedgeState); polls += 1) {
    await poll(replica);
    const next = await stateOf(replica, id);
    state =
      next.rolledBackFrom.length > state.rolledBackFrom.length && !isTerminal(next.wedgeState)
        ? await approved(replica, id)
        : next;
  }
  expect(replica.world.faults).toEqual([]);
  return { state, told: (await chainOf(replica.world, FEATURE)).filter(({ type }) => TOLD.has(type)).map(toldBy) };
}

async function approved(replica: Replica, id: string): Promise<RolloutState> {
  const { contract } = await stateOf(replica, id);
  for (const { stageId } of contract.rolloutWedge.wedgeStages) {
    for (const who of contract.criticality === 'critical' ? [ANNA, EMIL] : [ANNA]) {
      const { version } = await stateOf(replica, id);
      await replica.rollouts.approve(who, id, {
        expectedVersion: version,
        stageId,
        decision: 'approve',
        comment: null,
      });
    }
  }
  return stateOf(replica, id);
}

const toldBy = ({ type, at, reason, stage, percentageBefore, percentageAfter }: Entry) => ({
  type,
  atMs: Date.parse(at),
  reason,
  stageId: stage,
  percentageBefore,
  percentageAfter,
});

/** The same contract over the same data, tried on the past: as the live rollout was judged. */
async function simulated(live: RolloutState, source: FakeMetricSource) {
  const { contract, policy } = live;
  const setting = {
    ...{ contract, policy, settled: [], calendars: [], pollIntervalMs: POLL_MS },
    period: { fromMs: BEGINS_MS, toMs: BEGINS_MS + (MOST_POLLS - 1) * POLL_MS },
  };
  const standsStill = { clock: { nowMs: () => 0 }, timer: { sleep: () => Promise.resolve() } };
  const pacer = new Pacer(standsStill, new AbortController().signal);
  const moments = rehearse(setting, { sources: new MetricSources([source]) }, pacer);
  const told: Happening[] = [];
  for (;;) {
    const next: IteratorResult<Moment, RolloutState> = await moments.next();
    if (next.done === true) return { state: next.value, told: told.map(happened) };
    if (next.value.kind === 'happening') told.push(next.value.happening);
  }
}

const happened = ({ type, atMs, reason, stageId, percentageBefore, percentageAfter }: Happening) => ({
  type,
  atMs,
  reason,
  stageId,
  percentageBefore,
  percentageAfter,
});

test('a simulation decides the same at the same times as the live controller did over the same data', {
  timeout: 600_000,
}, async () => {
  const ended = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(wishes, spells, async (wish, weathers) => {
      const input = planOf(wish);
      const live = await lived(input, serviceOf(weathers));
      const tried = await simulated(live.state, serviceOf(weathers));
      expect(tried.told).toEqual(live.told);
      const { wedgeState, stageIndex, visit, threshold, automaticRollbacks } = live.state;
      expect(tried.state).toMatchObject({ wedgeState, stageIndex, visit, threshold, automaticRollbacks });
      ended.set(wedgeState, (ended.get(wedgeState) ?? 0) + 1);
    }),
    { numRuns: 40, examples: EXAMPLES },
  );
  // A property over rollouts that all end alike would prove little.
  expect([...ended.keys()]).toEqual(expect.arrayContaining(['COMPLETE', 'ROLLED_BACK', 'PAUSED']));
});
