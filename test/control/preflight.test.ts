import { describe, expect, it } from 'vitest';
import type { Append } from '../../src/control/ports/ledger.ts';
import type { MetricSource } from '../../src/control/ports/metricSource.ts';
import type { Notifier } from '../../src/control/ports/notifier.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';
import type { WaiverUse } from '../../src/domain/governance/waiver.ts';
import type { Measurement, MeasurementQuery } from '../../src/domain/health/measurement.ts';
import type { PreflightId, PreflightItem } from '../../src/domain/rollout/preflight.ts';
import { ERROR_RATE, proposalInput, type SliInput } from '../support/proposals.ts';
import { createdRollout, FEATURE, healthy, measure, stateOf, wishFor } from '../support/release.ts';
import {
  ANNA,
  butFor,
  chainOf,
  EMIL,
  OLGA,
  OSKAR,
  person,
  poll,
  pollFor,
  type Replaced,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';
import { YOUNG_POLICY } from '../support/youngPolicy.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const LATENCY: SliInput = {
  id: 'latency_p95',
  kind: 'quantile',
  source: 'prometheus',
  direction: 'lower',
  unit: 'seconds',
  histogram: 'request_duration_seconds',
  quantile: 0.95,
};

async function installation(policy: Partial<Policy> = {}, replaced: (world: World) => Replaced = () => ({})) {
  const world = worldOf({ pollIntervalMs: MINUTE, policy: { ...DEFAULT_POLICY, ...policy } });
  healthy(world);
  measure(world, 'latency_p95', 0.2);
  return { world, replica: await startReplica(world, replaced(world)) };
}
const lookAt = async (replica: Replica, id: string) => (await replica.rollouts.preflight(OLGA, id)).items;
const itemsOf = (items: readonly PreflightItem[], id: PreflightId) => items.filter((item) => item.id === id);
const start = async (replica: Replica, id: string) => replica.rollouts.start(OLGA, id, await wishFor(replica, id));
const typesIn = async (world: World) => (await chainOf(world, FEATURE)).map(({ type }) => type);

/** The ledger as it is where somebody had waivers when the rollout was made. */
function waivedBy(...waivers: readonly WaiverUse[]) {
  return (world: World): Replaced => {
    const { ledger, rollouts } = world.kept;
    const append = (wish: Append) =>
      ledger.append({
        ...wish,
        drafts: wish.drafts.map((one) => (one.type === 'created' ? { ...one, data: { ...one.data, waivers } } : one)),
      });
    return { kept: { ledger: butFor(ledger, { append }), rollouts } };
  };
}

/** Leave for a plan, given by two people before it is proposed. */
async function waived(replica: Replica, ...rules: readonly PreflightId[]): Promise<string> {
  const { planDigest } = await replica.contracts.validate(proposalInput());
  const expiresAt = new Date(replica.world.clock.nowMs() + DAY).toISOString();
  const wish = { feature: FEATURE, planDigest, rules, rationale: 'a bad week', expiresAt };
  const { state } = await replica.waivers.request(OLGA, wish);
  for (const who of [ANNA, EMIL]) {
    await replica.waivers.decide(who, state.waiverId, { decision: 'approve', comment: null });
  }
  return state.waiverId;
}

/** What there was of an SLI up to a moment of the past differs from what there was since. */
function since(world: World, sli: string, ms: number, before: Measurement['kind'], value: number): void {
  const beganMs = world.clock.nowMs() - ms;
  world.metrics.answer(sli, 'all', ({ windowSeconds }: MeasurementQuery, atMs): Measurement => {
    const query = sli;
    if (atMs <= beganMs && before === 'missing') return { kind: 'missing', detail: 'no series', query };
    if (atMs <= beganMs && before === 'noTraffic') return { kind: 'noTraffic', newestSampleAtMs: atMs, query };
    return { kind: 'observed', value, samples: 100, coveredSeconds: windowSeconds, newestSampleAtMs: atMs, query };
  });
}

describe('a preflight', () => {
  it('has an item for everything that a start needs, and where all is well each passes', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, proposalInput({ slis: [ERROR_RATE, LATENCY] }));
    const report = await replica.rollouts.preflight(OLGA, id);
    expect(report.passed).toBe(true);
    expect(report.items.map(({ id, item, outcome }) => [id, item, outcome])).toEqual([
      ['PREFLIGHT_ARCHIVED', 'feature not archived', 'passed'],
      ['PREFLIGHT_KILLED', 'feature not killed', 'passed'],
      ['PREFLIGHT_POLICY', 'policy', 'passed'],
      ['PREFLIGHT_BLAST_RADIUS', 'workspaces', 'passed'],
      ['PREFLIGHT_STORE', 'flag store', 'passed'],
      ['PREFLIGHT_REHEARSAL', 'rollback rehearsed', 'passed'],
      ['PREFLIGHT_SOURCE', 'source prometheus', 'passed'],
      ['PREFLIGHT_SLI', 'SLI error_rate', 'passed'],
      ['PREFLIGHT_SLI', 'SLI latency_p95', 'passed'],
      ['PREFLIGHT_BASELINE', 'baseline of error_rate', 'passed'],
      ['PREFLIGHT_BASELINE', 'baseline of latency_p95', 'passed'],
      ['PREFLIGHT_INCIDENTS', 'incidents', 'passed'],
      ['PREFLIGHT_ATTESTATIONS', 'attestations', 'passed'],
    ]);
    expect(await replica.rollouts.latestPreflight(id)).toEqual(report);
    await start(replica, id);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('that fails refuses the start with every failed item and how to mend it, and stores nothing', async () => {
    const { world, replica } = await installation({ attestations: ['24 h soak passed'] });
    const id = await createdRollout(replica, proposalInput());
    since(world, 'error_rate', 26 * HOUR, 'missing', 0);
    world.store.cut();
    const before = await typesIn(world);
    const refused = await start(replica, id).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'PREFLIGHT_FAILED' });
    const items = (refused as { more: { items: readonly PreflightItem[] } }).more.items;
    expect(items.map(({ id }) => id)).toEqual([
      'PREFLIGHT_STORE',
      'PREFLIGHT_REHEARSAL',
      'PREFLIGHT_BASELINE',
      'PREFLIGHT_ATTESTATIONS',
    ]);
    expect(itemsOf(items, 'PREFLIGHT_BASELINE')).toMatchObject([
      { outcome: 'failed', detail: expect.stringMatching(/for 26 h of 48 h; .*baselineWindowHours.*waived/) },
    ]);
    expect(await typesIn(world)).toEqual(before);
  });

  it('of a start is written with it, in one append', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    await start(replica, id);
    expect((await typesIn(world)).slice(-2)).toEqual(['preflight', 'started']);
  });
});

describe('the baseline', () => {
  it('is asked of all traffic over the window of the policy, in few steps', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    await lookAt(replica, id);
    expect(world.metrics.ranged).toMatchObject([
      { query: { sli: { id: 'error_rate' }, arms: 'all', windowSeconds: 360, offsetSeconds: 0 } },
    ]);
    const [asked] = world.metrics.ranged;
    const { fromMs = 0, toMs = 0, stepSeconds = 1 } = asked?.range ?? {};
    expect([toMs, stepSeconds]).toEqual([world.clock.nowMs(), 360]);
    expect(toMs - fromMs).toBe(48 * HOUR - 360_000);
  });

  it.each([
    ['errors', 'error_rate', 0.02, /is 0.02, wanted below 0.01, over 48 h of 48 h; start when it has calmed down/],
    ['latency', 'latency_p95', 0.6, /below 0.4 s in 0 of 480 steps/],
  ])('that is unhealthy by %s refuses the start', async (_, sli, value, why) => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput({ slis: [ERROR_RATE, LATENCY] }));
    measure(world, sli, value);
    const items = itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE');
    expect(items.filter(({ outcome }) => outcome === 'failed')).toMatchObject([
      { item: `baseline of ${sli}`, detail: expect.stringMatching(why) },
    ]);
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
  });

  it('by the limits of the policy', async () => {
    const { world, replica } = await installation({ baselineMaxErrorRate: 0.03, baselineWindowHours: 24 });
    const id = await createdRollout(replica, proposalInput());
    measure(world, 'error_rate', 0.02);
    since(world, 'error_rate', 25 * HOUR, 'missing', 0.02);
    await start(replica, id);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('without traffic for most of the window is none', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    since(world, 'error_rate', 24 * HOUR, 'noTraffic', 0);
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE')).toMatchObject([
      { outcome: 'failed', detail: expect.stringContaining('data and traffic for 24 h of 48 h') },
    ]);
  });

  it('is not looked at where the policy switches it off', async () => {
    const { world, replica } = await installation({ baselineWindowHours: 0 });
    const id = await createdRollout(replica, proposalInput());
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE')).toMatchObject([{ outcome: 'passed' }]);
    expect(world.metrics.ranged).toEqual([]);
  });

  it('leaves out what is declared new, and refuses a contract of which nothing is left', async () => {
    const { world, replica } = await installation();
    const fresh = { ...ERROR_RATE, declaredNew: true };
    const beside = await createdRollout(replica, proposalInput({ slis: [fresh, LATENCY] }));
    expect(itemsOf(await lookAt(replica, beside), 'PREFLIGHT_BASELINE')).toMatchObject([
      { item: 'baseline of latency_p95', outcome: 'passed' },
    ]);
    const alone = await createdRollout(replica, proposalInput({ title: 'Another', slis: [fresh] }));
    expect(itemsOf(await lookAt(replica, alone), 'PREFLIGHT_BASELINE')).toMatchObject([
      { item: 'baseline', outcome: 'failed', detail: expect.stringMatching(/no SLI .* add one, or have/) },
    ]);
    expect(world.metrics.ranged).toHaveLength(1);
  });

  it('of a source that keeps no past fails and says what to do', async () => {
    const { replica } = await installation({}, (world) => ({ metrics: withoutPast(world) }));
    const id = await createdRollout(replica, proposalInput());
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE')).toMatchObject([
      {
        outcome: 'failed',
        detail: expect.stringMatching(/keeps no past; name a Prometheus source.*baselineWindowHours/),
      },
    ]);
  });

  it('of a dry run is told and refuses nothing: it exposes nobody', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput(), { dryRun: true });
    measure(world, 'error_rate', 0.05);
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE')).toMatchObject([
      { outcome: 'passed', detail: expect.stringMatching(/would refuse a real one: is 0.05/) },
    ]);
    await start(replica, id);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });

  it('that a waiver of the rollout names is waived until it expires', async () => {
    const waiver = { waiverId: 'waiver-1', rules: ['PREFLIGHT_BASELINE'], expiresAtMs: worldOf().clock.nowMs() + HOUR };
    const { world, replica } = await installation({}, waivedBy(waiver));
    const id = await createdRollout(replica, proposalInput());
    measure(world, 'error_rate', 0.05);
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE')).toMatchObject([
      { outcome: 'waived', waiverId: 'waiver-1', detail: expect.stringContaining('is 0.05') },
    ]);
    world.clock.advance(HOUR);
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_BASELINE')).toMatchObject([{ outcome: 'failed' }]);
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
  });

  it('that is waived does not keep a rollout from starting', async () => {
    const { world, replica } = await installation();
    await replica.features.create(OLGA, { key: FEATURE });
    const waiverId = await waived(replica, 'PREFLIGHT_BASELINE');
    const id = await createdRollout(replica, proposalInput());
    measure(world, 'error_rate', 0.05);
    await start(replica, id);
    const entry = (await chainOf(world, FEATURE)).find(({ type }) => type === 'preflight');
    expect(entry?.data).toMatchObject({
      passed: true,
      items: expect.arrayContaining([expect.objectContaining({ outcome: 'waived', waiverId })]),
    });
  });

  it('follows the stricter of the policy that judged the contract and of today’s', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const loosened = await startReplica({ ...world, policy: YOUNG_POLICY });
    measure(world, 'error_rate', 0.05);
    await expect(start(loosened, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    measure(world, 'error_rate', 0.002);
    const tightened = await startReplica({ ...world, policy: { ...DEFAULT_POLICY, baselineMaxErrorRate: 0.001 } });
    await expect(start(tightened, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    await start(loosened, id);
  });

  it('at its hour holds the start by a reason, and lets it go when it is well', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput(), { startAtMs: world.clock.nowMs() + MINUTE });
    measure(world, 'error_rate', 0.05);
    const before = await typesIn(world);
    await pollFor(replica, 5 * MINUTE);
    const { decision } = await replica.rollouts.status(id);
    expect(decision).toMatchObject({
      kind: 'hold',
      reason: 'health',
      detail: expect.stringMatching(/PREFLIGHT_BASELINE/),
    });
    expect(await typesIn(world)).toEqual(before);
    healthy(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });
});

describe('the rehearsal of a rollback', () => {
  it('is timed, and fails where it takes longer than the deadline', async () => {
    const { world, replica } = await installation({ ...YOUNG_POLICY, rollbackDeadlineSeconds: 30 });
    const id = await createdRollout(replica, proposalInput());
    world.store.slowerByMs = 30_000;
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_REHEARSAL')).toMatchObject([
      { outcome: 'passed', detail: 'closed in 30000 ms' },
    ]);
    world.store.slowerByMs = 30_001;
    const items = await lookAt(replica, id);
    expect(itemsOf(items, 'PREFLIGHT_REHEARSAL')).toMatchObject([
      { outcome: 'failed', detail: expect.stringMatching(/closed in 30001 ms, the deadline is 30 s/) },
    ]);
    expect(itemsOf(items, 'PREFLIGHT_STORE')).toMatchObject([{ outcome: 'passed' }]);
  });

  it('leaves nothing that a lookup could see', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const served = world.store.served.length;
    await lookAt(replica, id);
    expect(world.store.served).toHaveLength(served);
    expect((await world.store.readAll()).map(({ feature }) => feature)).toEqual([FEATURE]);
  });

  it('is not needed for a dry run', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput(), { dryRun: true });
    world.store.cut();
    const items = await lookAt(replica, id);
    expect([...itemsOf(items, 'PREFLIGHT_STORE'), ...itemsOf(items, 'PREFLIGHT_REHEARSAL')]).toEqual([]);
  });
});

describe('notification targets', () => {
  const target = (name: string, ok: boolean): Notifier => ({
    name,
    reachable: async () => ({ ok, detail: ok ? 'answers' : 'refused' }),
    tell: async () => undefined,
  });

  it('are each named, and one that can not be reached refuses the start', async () => {
    const notifiers = [target('log', true), target('slack', false)];
    const { replica } = await installation({}, () => ({ notifiers }));
    const id = await createdRollout(replica, proposalInput());
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_NOTIFICATIONS')).toMatchObject([
      { item: 'notification target log', outcome: 'passed', detail: 'answers' },
      { item: 'notification target slack', outcome: 'failed', detail: expect.stringMatching(/^refused; mend/) },
    ]);
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
  });
});

describe('incidents', () => {
  const INC = {
    reference: 'INC-7',
    severity: 'sev1',
    url: null,
    detectedBySluice: false,
    resolved: false,
  } as const;

  it('that are open keep the next rollout of the feature from starting, for a week or until they are resolved', async () => {
    const { world, replica } = await installation();
    const first = await createdRollout(replica, proposalInput());
    const next = await createdRollout(replica, proposalInput({ title: 'Another' }));
    await replica.incidents.link(OLGA, first, INC);
    const items = itemsOf(await lookAt(replica, next), 'PREFLIGHT_INCIDENTS');
    expect(items).toMatchObject([
      {
        item: 'incident INC-7',
        outcome: 'failed',
        detail: expect.stringMatching(new RegExp(`^sev1, open since .*; POST /v1/rollouts/${first}/incidents`)),
      },
    ]);
    await expect(start(replica, next)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    await replica.incidents.link(OSKAR, first, { ...INC, resolved: true });
    expect(itemsOf(await lookAt(replica, next), 'PREFLIGHT_INCIDENTS')).toMatchObject([{ outcome: 'passed' }]);
    await replica.incidents.link(OSKAR, first, INC);
    world.clock.advance(7 * DAY);
    expect(itemsOf(await lookAt(replica, next), 'PREFLIGHT_INCIDENTS')).toMatchObject([{ outcome: 'failed' }]);
    world.clock.advance(1);
    expect(itemsOf(await lookAt(replica, next), 'PREFLIGHT_INCIDENTS')).toMatchObject([{ outcome: 'passed' }]);
  });

  it('of another feature are none of its', async () => {
    const { replica } = await installation();
    const first = await createdRollout(replica, proposalInput({ feature: 'search-v2' }));
    await replica.incidents.link(OLGA, first, INC);
    const next = await createdRollout(replica, proposalInput());
    expect(itemsOf(await lookAt(replica, next), 'PREFLIGHT_INCIDENTS')).toMatchObject([{ outcome: 'passed' }]);
  });

  it('that are linked while a start is under way are not overtaken by it', async () => {
    const { world, replica } = await installation();
    const first = await createdRollout(replica, proposalInput());
    const next = await createdRollout(replica, proposalInput({ title: 'Another' }));
    // As late as can be: the preflight has looked, and the start is not written yet.
    const metrics = butFor(world.metrics, {
      range: async (...asked) => {
        const answer = await world.metrics.range(...asked);
        await replica.incidents.link(OSKAR, first, INC);
        return answer;
      },
    });
    const late = await startReplica(world, { metrics });
    await expect(start(late, next)).rejects.toMatchObject({ code: 'VERSION_STALE' });
    expect(await stateOf(replica, next)).toMatchObject({ wedgeState: 'PENDING' });
  });
});

describe('attestations', () => {
  const SOAK = '24 h soak passed';
  const CALM = 'no P0 or P1 open';
  const attest = (replica: Replica, who: typeof OLGA, id: string, name = SOAK) =>
    replica.rollouts.attest(who, id, { name, comment: null });

  it('that the policy asks for are each given by somebody, who is named', async () => {
    const { world, replica } = await installation({ attestations: [SOAK, CALM] });
    const id = await createdRollout(replica, proposalInput());
    await attest(replica, OSKAR, id);
    await attest(replica, EMIL, id);
    const at = new Date(world.clock.nowMs()).toISOString();
    expect(itemsOf(await lookAt(replica, id), 'PREFLIGHT_ATTESTATIONS')).toMatchObject([
      { item: SOAK, outcome: 'passed', detail: `given by oskar at ${at}, emil at ${at}` },
      { item: CALM, outcome: 'failed', detail: expect.stringContaining(`POST /v1/rollouts/${id}/attestations`) },
    ]);
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    await attest(replica, ANNA, id, CALM);
    await start(replica, id);
    expect((await replica.rollouts.status(id)).attestations).toMatchObject([
      { name: SOAK, subject: 'oskar' },
      { name: SOAK, subject: 'emil' },
      { name: CALM, subject: 'anna' },
    ]);
  });

  it('of the same person twice is once', async () => {
    const { world, replica } = await installation({ attestations: [SOAK] });
    const id = await createdRollout(replica, proposalInput());
    await attest(replica, OSKAR, id);
    const before = await typesIn(world);
    await attest(replica, person('oskar', 'approver'), id);
    expect(await typesIn(world)).toEqual(before);
    expect((await stateOf(replica, id)).attestations).toHaveLength(1);
  });

  it('that nobody asks for are refused, with those that are', async () => {
    const { world, replica } = await installation({ attestations: [SOAK] });
    const id = await createdRollout(replica, proposalInput());
    const before = await typesIn(world);
    const unknown = attest(replica, OSKAR, id, 'all is well');
    await expect(unknown).rejects.toMatchObject({
      code: 'ATTESTATION_UNKNOWN',
      message: `the policy asks for "${SOAK}"`,
    });
    expect(await typesIn(world)).toEqual(before);
  });

  it('come before the start, or not at all', async () => {
    const { replica } = await installation({ attestations: [SOAK] });
    const id = await createdRollout(replica, proposalInput());
    await attest(replica, OSKAR, id);
    await start(replica, id);
    await expect(attest(replica, EMIL, id)).rejects.toMatchObject({ code: 'ILLEGAL_STATE' });
  });

  it('that today’s policy asks for too are asked of a contract that an earlier one judged', async () => {
    const { world, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const today = await startReplica({ ...world, policy: { ...DEFAULT_POLICY, attestations: [SOAK] } });
    await expect(start(today, id)).rejects.toMatchObject({ code: 'PREFLIGHT_FAILED' });
    await attest(today, OSKAR, id);
    await start(today, id);
  });

  it('let a start at its hour go at the next look', async () => {
    const { world, replica } = await installation({ attestations: [SOAK] });
    const id = await createdRollout(replica, proposalInput(), { startAtMs: world.clock.nowMs() + MINUTE });
    await pollFor(replica, 3 * MINUTE);
    expect((await replica.rollouts.status(id)).decision).toMatchObject({ kind: 'hold', reason: 'pending' });
    await attest(replica, OSKAR, id);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ACTIVE' });
  });
});

/** The same answers, from a source that can not be asked about the past. */
function withoutPast({ metrics }: World): MetricSource {
  return {
    name: metrics.name,
    kind: 'scrape',
    start: () => undefined,
    measure: (...asked) => metrics.measure(...asked),
    count: (...asked) => metrics.count(...asked),
    points: (...asked) => metrics.points(...asked),
    state: () => metrics.state(),
    close: () => metrics.close(),
  };
}
