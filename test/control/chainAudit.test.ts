import { describe, expect, it } from 'vitest';
import { ChainAudit } from '../../src/control/audit/chainAudit.ts';
import type { Ledger } from '../../src/control/ports/ledger.ts';
import { digestOf } from '../../src/domain/ledger/digest.ts';
import type { Entry } from '../../src/domain/ledger/entry.ts';
import { proposalInput } from '../support/proposals.ts';
import {
  bad,
  createdRollout,
  exposed,
  FEATURE,
  healthy,
  inStage,
  startedRollout,
  stateOf,
  until,
  wishFor,
} from '../support/release.ts';
import {
  chainOf,
  OLGA,
  poll,
  pollFor,
  type Replica,
  startReplica,
  type World,
  worldOf,
} from '../support/simulatedInstallation.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Whoever has write access to the database. */
type Tamperer = { change: ((entries: readonly Entry[]) => readonly Entry[]) | null };

function tamperable(ledger: Ledger, hand: Tamperer): Ledger {
  const after = (afterSeq: number, entries: readonly Entry[]) =>
    (hand.change === null ? entries : hand.change(entries)).filter(({ seq }) => seq > afterSeq);
  return {
    ...ledger,
    entries: async (chain, { afterSeq, limit }) =>
      after(afterSeq, await ledger.entries(chain, { afterSeq: 0, limit: 100_000 })).slice(0, limit),
  };
}

async function installation() {
  const world = worldOf({ pollIntervalMs: MINUTE });
  healthy(world);
  const hand: Tamperer = { change: null };
  const ledger = tamperable(world.kept.ledger, hand);
  const replica = await startReplica(world, { kept: { ...world.kept, ledger } });
  return { world, hand, ledger, replica };
}

const reworded = (at: number) => (entries: readonly Entry[]) =>
  entries.map((entry) => (entry.seq === at ? ({ ...entry, comment: 'never mind' } as Entry) : entry));

/** By somebody who knows how hashes are made, but does not change the head. */
const lastReforged = (entries: readonly Entry[]) =>
  entries.map((entry, index) => {
    if (index < entries.length - 1) return entry;
    const { hash: _, ...last } = entry;
    const forged = { ...last, comment: 'never mind' };
    return { ...forged, hash: digestOf(forged) } as Entry;
  });

describe('the check of a chain', () => {
  async function chain() {
    const { world, hand, ledger, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(1));
    const headSeq = (await chainOf(world, FEATURE)).length;
    const rollout = { id, feature: FEATURE };
    return { world, hand, audit: new ChainAudit(ledger), headSeq, rollout, nowMs: world.clock.nowMs() };
  }

  it('passes what is whole, from the beginning and since the last look', async () => {
    const { audit, headSeq, rollout, nowMs } = await chain();
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toEqual({
      verdict: 'PASS',
      throughSeq: headSeq,
      findings: [],
    });
    expect(await audit.fromTheBeginning(rollout, nowMs)).toMatchObject({ verdict: 'PASS', throughSeq: headSeq });
  });

  it('finds a changed entry, and says which', async () => {
    const { hand, audit, headSeq, rollout, nowMs } = await chain();
    hand.change = reworded(3);
    const findings = ['SLU-CHAIN: entry 3: has content that does not match its hash'];
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toEqual({ verdict: 'FAIL', throughSeq: 2, findings });
    expect(await audit.fromTheBeginning(rollout, nowMs)).toMatchObject({ verdict: 'FAIL', findings });
  });

  it('looks at what is new alone, until something is to open', async () => {
    const { hand, audit, headSeq, rollout, nowMs } = await chain();
    await audit.sinceLastLook(rollout, headSeq, nowMs);
    hand.change = reworded(3);
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toMatchObject({ verdict: 'PASS' });
    expect(await audit.fromTheBeginning(rollout, nowMs)).toMatchObject({ verdict: 'FAIL' });
  });

  it('a FAIL from the beginning is not forgotten at the next look', async () => {
    const { hand, audit, headSeq, rollout, nowMs } = await chain();
    await audit.sinceLastLook(rollout, headSeq, nowMs);
    hand.change = reworded(3);
    await audit.fromTheBeginning(rollout, nowMs);
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toMatchObject({ verdict: 'FAIL' });
  });

  it('SLU-CHAIN: a last entry that was written anew with its hash is not the one that the head names', async () => {
    const { hand, audit, headSeq, rollout, nowMs } = await chain();
    hand.change = lastReforged;
    const findings = [`SLU-CHAIN: entry ${headSeq}: is not the one that the chain ends with`];
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toMatchObject({ verdict: 'FAIL', findings });
    expect(await audit.fromTheBeginning(rollout, nowMs)).toMatchObject({ verdict: 'FAIL', findings });
  });

  it('SLU-CHAIN: entries that are gone from its end are missed', async () => {
    const { hand, audit, headSeq, rollout, nowMs } = await chain();
    hand.change = (entries) => entries.slice(0, -2);
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toMatchObject({ verdict: 'FAIL' });
    expect(await audit.fromTheBeginning(rollout, nowMs)).toMatchObject({ verdict: 'FAIL' });
  });

  it('a ledger that does not answer proves nothing', async () => {
    const { world, audit, headSeq, rollout, nowMs } = await chain();
    world.kept.cut();
    expect(await audit.sinceLastLook(rollout, headSeq, nowMs)).toMatchObject({ verdict: 'INCONCLUSIVE' });
    expect(await audit.fromTheBeginning(rollout, nowMs)).toMatchObject({ verdict: 'INCONCLUSIVE' });
  });
});

describe('the audit of a visit', () => {
  const types = async (world: World) => (await chainOf(world, FEATURE)).map(({ type }) => type);

  async function tamperedInCanary() {
    const made = await installation();
    const id = await startedRollout(made.replica, proposalInput());
    await until(made.replica, id, inStage(0));
    await pollFor(made.replica, HOUR - 2 * MINUTE);
    made.hand.change = reworded(3);
    return { ...made, id };
  }

  it('keeps the gate shut where the chain does not verify: nothing opens, and it pauses', async () => {
    const { replica, id } = await tamperedInCanary();
    await pollFor(replica, 10 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', stageIndex: 0 });
    expect(exposed(replica).stored).toBe(10_000);
  });

  it('a FAIL is recorded at once, with its finding', async () => {
    const { world, replica } = await tamperedInCanary();
    await pollFor(replica, 10 * MINUTE);
    const failed = (await chainOf(world, FEATURE)).find(
      (entry) => entry.type === 'audited' && entry.data.verdict === 'FAIL',
    );
    expect(failed?.data).toMatchObject({
      subject: 'visit',
      findings: ['SLU-CHAIN: entry 3: has content that does not match its hash'],
    });
  });

  it('a FAIL is terminal: put right and resumed, only a rollback leaves the visit', async () => {
    const { world, hand, replica, id } = await tamperedInCanary();
    await pollFor(replica, 10 * MINUTE);
    hand.change = null;
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await pollFor(replica, 3 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ stageIndex: 0 });
    expect(await types(world)).not.toContain('advanced');
  });

  it('a FAIL seen while paused is recorded once, and is as terminal', async () => {
    const { world, hand, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    await replica.closings.pause(OLGA, id, null);
    hand.change = lastReforged;
    await pollFor(replica, 10 * MINUTE);
    hand.change = null;
    const verdicts = (await chainOf(world, FEATURE)).flatMap((entry) =>
      entry.type === 'audited' ? [entry.data.verdict] : [],
    );
    expect(verdicts).toEqual(['FAIL']);
    await replica.rollouts.resume(OLGA, id, await wishFor(replica, id));
    await pollFor(replica, 3 * HOUR);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED', stageIndex: 0 });
    expect(await types(world)).not.toContain('advanced');
  });

  it('PASS is recorded with what it permits, and the completion audit with `completed`', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, (state) => state.wedgeState === 'COMPLETE');
    const chain = await chainOf(world, FEATURE);
    chain.forEach((entry, index) => {
      const ahead = chain[index - 1];
      if (entry.type === 'advanced' || entry.type === 'completed') {
        expect(ahead).toMatchObject({ type: 'audited', data: { verdict: 'PASS' }, at: entry.at });
      }
    });
    expect(chain.at(-2)?.data).toMatchObject({ subject: 'rollout', verdict: 'PASS' });
  });

  it('a failed audit keeps nobody from being protected', async () => {
    const { world, replica, id } = await tamperedInCanary();
    await pollFor(replica, 10 * MINUTE);
    bad(world);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
  });

  it('nothing starts over a chain that does not verify', async () => {
    const { world, hand, replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    hand.change = reworded(1);
    await expect(start(replica, id)).rejects.toMatchObject({ code: 'HELD' });
    expect(await types(world)).not.toContain('started');
  });
});

async function start(replica: Replica, id: string) {
  return replica.rollouts.start(OLGA, id, await wishFor(replica, id));
}
