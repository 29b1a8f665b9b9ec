import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Closed, Publisher } from '../../src/control/flags/publisher.ts';
import type { CheckId } from '../../src/domain/audit/report.ts';
import type { FeatureDefinition } from '../../src/domain/feature/feature.ts';
import type { Exposure } from '../../src/domain/feature/flagDocument.ts';
import { isNoWider, largestThreshold } from '../../src/domain/feature/grants.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { foldRollout } from '../../src/domain/rollout/foldRollout.ts';
import { isLive, type RolloutState } from '../../src/domain/rollout/state.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { grantedBy } from '../support/grantedBy.ts';
import { exposed, FEATURE, recordOf } from '../support/release.ts';
import { chainOf, type Replaced } from '../support/simulatedInstallation.ts';
import { BLAST_RADIUS, quietStories, type Story, settled, stories, type Told, tell } from '../support/story.ts';

/** What is broken on purpose, so that a law that can not fail is found out. */
const broken = vi.hoisted(() => ({ by: null as string | null, seen: false }));

vi.mock('../../src/domain/rollout/decide.ts', async (importOriginal) => {
  const { decide } = await importOriginal<typeof import('../../src/domain/rollout/decide.ts')>();
  const ungated = (rollout: RolloutState): RolloutState => {
    const { rolloutWedge } = rollout.contract;
    const wedgeStages = rolloutWedge.wedgeStages.map((stage) => ({ ...stage, requiresApproval: false }));
    const plan = { ...rolloutWedge, wedgeStages, incrementPolicy: 'linear' as const };
    return { ...rollout, rolledBackFrom: [], contract: { ...rollout.contract, rolloutWedge: plan } };
  };
  const hasty: typeof decide = (rollout, poll, context, nowMs) => {
    if (poll === null || broken.by === null) return decide(rollout, poll, context, nowMs);
    const over = { visit: 1e12, observation: 1e12, noProgress: poll.activeMs.noProgress };
    const passing = poll.verdicts.map((verdict) =>
      verdict.role === 'success' ? { ...verdict, outcome: 'pass' as const, reason: 'holds' as const } : verdict,
    );
    const counts = Object.fromEntries(passing.map(({ key, reason }) => [key, reason === 'holds' ? 1000 : 0]));
    const health = [{ fromMs: 0, passing: 1, withData: 1 }];
    if (broken.by === 'row 11') return decide(rollout, { ...poll, activeMs: over }, context, nowMs);
    if (broken.by === 'row 16') return decide(ungated(rollout), poll, context, nowMs);
    if (broken.by === 'row 12') return decide(rollout, { ...poll, verdicts: passing, counts, health }, context, nowMs);
    return decide(rollout, poll, context, nowMs);
  };
  return { decide: hasty };
});

vi.mock('../../src/domain/rollout/decided.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/decided.ts')>();
  const leaping: typeof original.entriesOf = (subject, decision, saying) =>
    original
      .entriesOf(subject, decision, saying)
      .filter(({ type }) => broken.by !== 'audit' || type !== 'audited')
      .map((draft) => {
        const leaps = broken.by === 'stages' && draft.type === 'advanced' && draft.data.stageIndex === 1;
        return leaps ? { ...draft, data: { ...draft.data, stageIndex: 2 } } : draft;
      });
  return { ...original, entriesOf: leaping };
});

vi.mock('../../src/domain/rollout/exposure.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/rollout/exposure.ts')>();
  const generous: typeof original.exposureAt = (...at) => {
    const exposure = original.exposureAt(...at);
    if (broken.by !== 'exposure') return exposure;
    return { ...exposure, grants: exposure.grants.map((grant) => ({ ...grant, threshold: 90_000 })) };
  };
  return { ...original, exposureAt: generous };
});

vi.mock('../../src/domain/ledger/chain.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/domain/ledger/chain.ts')>();
  const careless: typeof original.link = (head, draft, options) => {
    const slow = broken.by === 'removal' && draft.type === 'exposureRemoved';
    const late = slow ? { ...draft, data: { ...draft.data, removedAtMs: draft.data.removedAtMs + 61_000 } } : draft;
    const entry = original.link(head, late, options);
    return broken.by === 'chain' && entry.type === 'ramped' ? ({ ...entry, comment: 'afterwards' } as Entry) : entry;
  };
  return { ...original, link: careless };
});

/** What a broken writer opens, the audit of the visit would stop at once: it looks away, so that more than the first break is seen. */
vi.mock('../../src/control/audit/chainAudit.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('../../src/control/audit/chainAudit.ts')>();
  class BlindAudit extends original.ChainAudit {
    override async fromTheBeginning(...of: Parameters<InstanceType<typeof original.ChainAudit>['fromTheBeginning']>) {
      if (broken.by === null || broken.seen) return super.fromTheBeginning(...of);
      return { verdict: 'PASS' as const, throughSeq: 0, findings: [] };
    }
  }
  return { ChainAudit: BlindAudit };
});

/** Closes when the ledger has it, as opening does. */
class LatePublisher extends Publisher {
  override async close(definition: FeatureDefinition, exposure: Exposure): Promise<Closed> {
    return { documentVersion: exposure.documentVersion + definition.revision, stored: false };
  }
}
/** Shows twice as many as the ledger says. */
class GenerousPublisher extends Publisher {
  override publish(definition: FeatureDefinition, exposure: Exposure): Promise<boolean> {
    const grants = exposure.grants.map((grant) => ({ ...grant, threshold: Math.min(60_000, grant.threshold * 2) }));
    return super.publish(definition, { ...exposure, grants });
  }
}

type Law = (story: Story, replaced?: Replaced) => Promise<void>;
const ofChain = (told: Told) => chainOf(told.world, FEATURE);

/** The verifier, which shares no code with the writer, finds nothing against the law in the whole of a life. */
const onChain =
  (check: CheckId): Law =>
  async (story, replaced = {}) => {
    const told = await settled(await tell(story, () => {}, replaced));
    expect(findingsIn(audited(await ofChain(told), told.world.clock.nowMs()), { check })).toEqual([]);
  };
const BLAST: Law = async (story) => {
  const told = await settled(
    await tell(story, ({ replica }) => expect(exposed(replica).here).toBeLessThanOrEqual(BLAST_RADIUS * 1000)),
  );
  const served = told.world.store.served.map(({ grants }) => largestThreshold(grants));
  expect(Math.max(0, ...served)).toBeLessThanOrEqual(BLAST_RADIUS * 1000);
  expect(findingsIn(audited(await ofChain(told), told.world.clock.nowMs()), { check: 'INV-RWG-BLAST' })).toEqual([]);
};
const CHAIN: Law = async (story) => {
  const told = await settled(await tell(story));
  const chain = await ofChain(told);
  expect(findingsIn(audited(chain), { check: 'SLU-CHAIN' })).toEqual([]);
  const folded = chain.filter(({ rollout }) => rollout === told.id).reduce<RolloutState | null>(foldRollout, null);
  expect((await recordOf(told.replica, told.id)).state).toEqual(JSON.parse(JSON.stringify(folded)));
  expect(told.world.faults).toEqual([]);
};
const SHORTEST_WINDOW_MS = 1000;
/**
 * A poll that measures a bad release leaves nobody exposed to it in this process, whatever else is away. An exposure that is not a
 * second old, or began in the future of a clock that was set back, has no window yet.
 */
const CLOSE: Law = async (story, replaced = {}) => {
  await tell(
    story,
    async (told, act) => {
      if (act.do !== 'poll' || told.now.measure !== 'bad') return;
      const known = told.replica.known.get(told.id)?.state ?? null;
      const state = told.now.ledgerAway ? known : (await recordOf(told.replica, told.id)).state;
      if (state === null || state.startedAtMs === null || state.wedgeState === 'COMPLETE') return;
      if (told.world.clock.nowMs() - (state.exposureChangedAtMs ?? 0) < SHORTEST_WINDOW_MS) return;
      const rolledBackOnce = state.contract.rolloutWedge.rollback.to === 'previousStage' && isLive(state);
      // To the previous stage at first; the next poll that finds it bad ends it.
      if (rolledBackOnce && (act.times < 2 || state.exposureChangedAtMs === told.world.clock.nowMs())) return;
      expect(exposed(told.replica).here).toBe(0);
    },
    replaced,
  );
};
/** Nothing is served that the ledger has not granted, and nothing is granted but through a door. */
const DOOR: Law = async (story, replaced = {}) => {
  const told = await tell(
    story,
    async ({ world, replica, now }, act) => {
      // What is away hears of a closing when it is back; that nothing is raised meanwhile is for the chain to say.
      if (act.do !== 'poll' || now.ledgerAway || now.storeAway) return;
      const served = replica.view.document(FEATURE);
      if (served === undefined || served.killed) return;
      expect(isNoWider(served.grants, grantedBy(await chainOf(world, FEATURE)))).toBe(true);
    },
    replaced,
  );
  expect(findingsIn(audited(await ofChain(await settled(told))), { check: 'SLU-DOOR' })).toEqual([]);
};
/** With everything back, ledger, store and this process say the same. */
const TOGETHER: Law = async (story) => {
  const told = await settled(await settled(await tell(story)));
  const { here, stored } = exposed(told.replica);
  const granted = Math.max(0, ...grantedBy(await ofChain(told)).map(({ threshold }) => threshold));
  expect({ here, stored }).toEqual({ here: granted, stored: granted });
  expect(await told.world.late.all()).toEqual([]);
};

/** Nobody meddles with the flag store, and it answers: a closing is in it at once. */
const withStore = stories.map(({ plan, acts }) => ({ plan, acts: acts.filter((act) => act.do !== 'store') }));

/** More of them where somebody has the time: `SIMULATION_RUNS=2000`. */
const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 25);
/** `met`: lives that once broke it. */
const holds = (law: Law, of = stories, met: readonly Story[] = []) =>
  fc.assert(
    fc.asyncProperty(of, (story) => law(story)),
    { numRuns: RUNS, interruptAfterTimeLimit: 600_000, examples: met.map((story) => [story]) },
  );
const SIMPLE: Story['plan'] = { to: 'zero', manual: false, requiresApproval: false, stabilizationHours: 0 };
const CLOSED_TWICE_UNHEARD: Story = {
  plan: SIMPLE,
  acts: [
    { do: 'ledger', away: true },
    { do: 'rollBack', to: 'zero' },
    { do: 'kill' },
    { do: 'poll', times: 2 },
    { do: 'clock', ms: 2_400_000 },
    { do: 'poll', times: 1 },
  ],
};
const CLOCK_BACK_AT_THE_START: Story = {
  plan: SIMPLE,
  acts: [
    { do: 'clock', ms: -10_800_000 },
    { do: 'measure', what: 'bad' },
    { do: 'poll', times: 35 },
    { do: 'poll', times: 1 },
    { do: 'poll', times: 1 },
  ],
};
/** True where the law finds the break within as many stories. */
async function isFound(law: Law, by: string, replaced: Replaced = {}, of = quietStories): Promise<boolean> {
  broken.by = by;
  const { failed } = await fc.check(
    fc.asyncProperty(of, (story) => law(story, replaced)),
    { numRuns: 3000, endOnFailure: true },
  );
  return failed;
}

beforeEach(() => {
  broken.by = null;
  broken.seen = false;
});

describe('over generated lives of an installation', () => {
  it('INV-RWG-STAGED: stages in order, none skipped', () => holds(onChain('INV-RWG-STAGED')));
  it('INV-RWG-OBSERVE: no advancement before the observation window is over and the success criteria pass', () =>
    holds(onChain('INV-RWG-OBSERVE')));
  it('ROLLOUT-006: no advancement before the stabilization window is over', () => holds(onChain('ROLLOUT-006')));
  it('INV-RWG-BLAST: exposure never above the blast radius', () => holds(BLAST));
  it('INV-RWG-ROLLBACK: while the flag store answers, exposure is gone within the deadline', () =>
    holds(onChain('INV-RWG-ROLLBACK'), withStore, [CLOSED_TWICE_UNHEARD]));
  it('SLU-CHAIN: the chain verifies and its fold is what is stored', () => holds(CHAIN));
  it('SLU-REPLAY: every recorded decision is recomputed from its own evidence', () => holds(onChain('SLU-REPLAY')));
  it('SLU-CLOSE: a bad release is closed at the poll that finds it, whatever else is away', () =>
    holds(CLOSE, stories, [CLOCK_BACK_AT_THE_START]));
  it('SLU-DOOR: nothing but a contract, or a second person, ever raises exposure', () => holds(DOOR));
  it.for<CheckId>(['DWELL', 'COOLDOWN', 'APPROVALS', 'WAIVERS', 'STATES'])('%s: the verifier finds nothing', (check) =>
    holds(onChain(check)),
  );
  it('with everything back, ledger, store and lookups say the same', () => holds(TOGETHER));

  it('such lives get somewhere', async () => {
    const ends = new Set<string>();
    const seen = fc.sample(quietStories, 60);
    for (const story of seen) for (const entry of await ofChain(await tell(story))) ends.add(entry.type);
    expect([...ends]).toEqual(
      expect.arrayContaining(['started', 'ramped', 'advanced', 'completed', 'rolledBack', 'paused', 'resumed', 'held']),
    );
  });
});

describe('negative controls: each law finds what breaks it', () => {
  it.for<readonly [CheckId, string]>([
    ['INV-RWG-STAGED', 'stages'],
    ['INV-RWG-OBSERVE', 'row 11'],
    ['INV-RWG-OBSERVE', 'row 12'],
    ['ROLLOUT-006', 'row 11'],
    ['DWELL', 'row 11'],
    ['INV-RWG-BLAST', 'exposure'],
    ['SLU-DOOR', 'exposure'],
    ['INV-RWG-ROLLBACK', 'removal'],
    ['SLU-CHAIN', 'chain'],
    ['APPROVALS', 'row 16'],
    ['SLU-REPLAY', 'row 11'],
    ['SLU-REPLAY', 'row 16'],
    ['STATES', 'audit'],
  ])('%s: a writer that breaks %s', async ([check, by]) => expect(await isFound(onChain(check), by)).toBe(true));
  it('SLU-CLOSE: closing that waits for the record', async () =>
    expect(await isFound(CLOSE, 'closing', { publisher: (deps) => new LatePublisher(deps) }, stories)).toBe(true));
  it('SLU-DOOR: publishing more than was granted', async () =>
    expect(await isFound(DOOR, 'door', { publisher: (deps) => new GenerousPublisher(deps) })).toBe(true));

  it('what a broken writer has opened, the audit of the visit pauses, and it opens no more', async () => {
    broken.by = 'row 11';
    broken.seen = true;
    const hour = { do: 'poll', times: 12 } as const;
    const plan = { to: 'zero', manual: false, requiresApproval: false, stabilizationHours: 2 } as const;
    const told = await tell({ plan, acts: [hour, hour, hour] });
    const chain = await ofChain(told);
    expect(chain.map(({ type }) => type)).not.toContain('advanced');
    expect((await recordOf(told.replica, told.id)).state).toMatchObject({ wedgeState: 'PAUSED' });
    const failed = chain.find((entry) => entry.type === 'audited' && entry.data.verdict === 'FAIL');
    expect(failed?.data).toMatchObject({
      findings: expect.arrayContaining([expect.stringMatching(/^DWELL: entry \d+:/)]),
    });
  });
});
