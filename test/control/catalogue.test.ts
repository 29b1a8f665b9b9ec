import { describe, expect, it } from 'vitest';
import { EMPTY_CATALOGUE } from '../../src/domain/catalogue/catalogue.ts';
import { planDigest } from '../../src/domain/contract/digest.ts';
import { type CatalogueInput, catalogueOf, HOUSE } from '../support/catalogues.ts';
import { proposalInput } from '../support/proposals.ts';
import {
  createdRollout,
  FEATURE,
  healthy,
  inStage,
  measure,
  startedRollout,
  stateOf,
  until,
} from '../support/release.ts';
import { chainOf, OLGA, poll, pollFor, startReplica, worldOf } from '../support/simulatedInstallation.ts';
import { expectSound } from '../support/soundChain.ts';

const MINUTE = 60_000;
const [SUCCESS] = HOUSE.slis;

async function installation(input: CatalogueInput = HOUSE) {
  const world = worldOf({ pollIntervalMs: MINUTE, catalogue: catalogueOf(input) });
  healthy(world);
  measure(world, 'checkout_success', 0.99);
  measure(world, 'latency_p95', 0.2);
  return { world, replica: await startReplica(world) };
}

describe('a contract of an installation with a catalogue', () => {
  it('holds in the ledger all that joined it, and says which', async () => {
    const { world, replica } = await installation();
    await createdRollout(replica, proposalInput({ slis: [...proposalInput().slis, { use: 'checkout_success' }] }));
    const [proposed] = (await chainOf(world, FEATURE)).filter(({ type }) => type === 'proposed');
    const contract = proposed?.type === 'proposed' ? proposed.data.contract : null;
    expect(contract).toMatchObject({
      slis: [{ id: 'error_rate' }, SUCCESS],
      catalogue: { slis: ['checkout_success'], criteria: { canary: ['trigger/1'] } },
      rolloutWedge: {
        wedgeStages: [{ rollbackTrigger: [{ sli: 'error_rate' }, { sli: 'checkout_success' }] }, {}, {}],
      },
    });
    await expectSound(replica);
  });

  it('is judged by its guardrails, which the status marks; what compares says nothing where there is no control', async () => {
    const { replica, world } = await installation();
    const id = await startedRollout(replica, proposalInput({ criticality: 'critical' }));
    await until(replica, id, inStage(0));
    await poll(replica);
    const shown = async () =>
      (await replica.rollouts.status(id)).slis
        .filter(({ role }) => role !== 'guard')
        .map(({ criterion, id: sli, fromCatalogue }) => `${criterion} ${sli} ${fromCatalogue}`);
    // The gravest first: the house pauses for its latency.
    expect(await shown()).toEqual([
      'trigger/0 error_rate false',
      'trigger/2 checkout_success true',
      'trigger/1 latency_p95 true',
      'success/0 error_rate false',
    ]);
    await until(replica, id, inStage(2));
    await poll(replica);
    const joined = (await replica.rollouts.status(id)).slis.find(({ criterion }) => criterion === 'trigger/2');
    expect(joined).toMatchObject({ reason: 'notApplicable' });
    await until(replica, id, ({ wedgeState }) => wedgeState === 'COMPLETE');
    expect(world.metrics.asked.some(({ sli }) => sli.id === 'checkout_success')).toBe(true);
    await expectSound(replica);
  });

  it('is taken back by a guardrail that nobody wrote into it', async () => {
    const { replica, world } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(0));
    world.metrics.observe('checkout_success', 'treatment', 0.8);
    world.metrics.observe('checkout_success', 'control', 0.99);
    await pollFor(replica, 3 * MINUTE);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    const [entry] = (await chainOf(world, FEATURE)).filter(({ type }) => type === 'rolledBack');
    expect(entry?.data).toMatchObject({ detail: expect.stringContaining('checkout_success (trigger/1)') });
    await expectSound(replica);
  });

  it('stays what was approved, whatever the catalogue says later', async () => {
    const { replica, world } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const before = (await stateOf(replica, id)).contract;
    world.catalogue = EMPTY_CATALOGUE;
    const later = await startReplica(world);
    await later.rollouts.start(OLGA, id, { expectedVersion: (await stateOf(later, id)).version, comment: null });
    await until(later, id, inStage(1));
    await poll(later);
    expect((await stateOf(later, id)).contract).toEqual(before);
    expect((await later.rollouts.status(id)).slis.map(({ id: sli }) => sli)).toContain('checkout_success');
    await expectSound(later);
  });

  it('validates to the digest that its contract will have', async () => {
    const { replica } = await installation();
    await replica.features.create(OLGA, { key: FEATURE });
    const judged = await replica.contracts.validate(proposalInput());
    const { state } = await replica.contracts.propose(OLGA, proposalInput());
    expect(judged).toMatchObject({ violations: [], planDigest: planDigest(state.contract) });
  });

  it('is refused for an unknown name together with all else that is wrong, and nothing is written', async () => {
    const { replica, world } = await installation();
    await replica.features.create(OLGA, { key: FEATURE });
    const input = proposalInput({ slis: [...proposalInput().slis, { use: 'nothing' }] }, { maxBlastRadius: 40 });
    const judged = await replica.contracts.validate(input);
    expect(judged.planDigest).toBe(null);
    expect(judged.violations.map(({ rule, path }) => `${rule} ${path}`)).toEqual(
      expect.arrayContaining([
        'CATALOGUE_SLI_UNKNOWN $.slis[1].use',
        'BLAST_RADIUS $.rolloutWedge.wedgeStages[1].targetPercentage',
      ]),
    );
    const before = await world.kept.ledger.head(FEATURE);
    await expect(replica.contracts.propose(OLGA, input)).rejects.toMatchObject({ code: 'CONTRACT_INVALID' });
    expect(await world.kept.ledger.head(FEATURE)).toEqual(before);
  });

  it('keeps a performance budget of the house: over it, the release is paused', async () => {
    const paint = { metric: 'largest-contentful-paint', budget: 2500, histogram: 'web_vitals_lcp_seconds' };
    const { replica, world } = await installation({
      performanceBudget: { source: 'prometheus', cohort: {}, timings: [paint] },
    });
    measure(world, 'budget.largest-contentful-paint', 2.5);
    const id = await startedRollout(replica, proposalInput());
    await until(replica, id, inStage(1));
    measure(world, 'budget.largest-contentful-paint', 2.6);
    await poll(replica);
    expect(await stateOf(replica, id)).toMatchObject({ wedgeState: 'PAUSED' });
    await expectSound(replica);
  });
});
