import { describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/governance/incident.ts';
import { proposalInput } from '../support/proposals.ts';
import { createdRollout, FEATURE, healthy, startedRollout, stateOf, wishFor } from '../support/release.ts';
import { butFor, chainOf, OLGA, OSKAR, startReplica, type World, worldOf } from '../support/simulatedInstallation.ts';

const incident = (more: Partial<Incident> = {}): Incident => ({
  reference: 'INC-7',
  severity: 'sev2',
  url: 'https://status.example/INC-7',
  detectedBySluice: true,
  resolved: false,
  ...more,
});

async function installation() {
  const world = worldOf();
  healthy(world);
  return { world, replica: await startReplica(world) };
}
const linksIn = async (world: World) => (await chainOf(world, FEATURE)).filter(({ type }) => type === 'incidentLinked');

describe('incidents', () => {
  it('are recorded with who linked them, and told again as they are', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    const linked = await replica.incidents.link(OSKAR, id, incident());
    expect(linked).toMatchObject({ outcome: 'linked', incident: incident() });
    expect(await linksIn(world)).toMatchObject([
      { rollout: id, actor: { kind: 'person', subject: 'oskar' }, data: incident() },
    ]);
    expect(await replica.incidents.list(id)).toEqual([linked.incident]);
  });

  it('unchanged are no entry, changed are one', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    await replica.incidents.link(OSKAR, id, incident());
    expect(await replica.incidents.link(OLGA, id, incident())).toMatchObject({ outcome: 'stands' });
    expect(await linksIn(world)).toHaveLength(1);
    const worse = await replica.incidents.link(OLGA, id, incident({ severity: 'sev1' }));
    expect(worse).toMatchObject({ outcome: 'changed', incident: { severity: 'sev1' } });
    await replica.incidents.link(OLGA, id, incident({ severity: 'sev1', resolved: true }));
    expect(await linksIn(world)).toHaveLength(3);
    expect(await replica.incidents.list(id)).toMatchObject([{ reference: 'INC-7', resolved: true }]);
  });

  it('change neither the version of a rollout nor what it may do, in any state', async () => {
    const { replica } = await installation();
    const id = await createdRollout(replica, proposalInput());
    const seen = await wishFor(replica, id);
    await replica.incidents.link(OLGA, id, incident());
    await replica.incidents.link(OLGA, id, incident({ resolved: true }));
    await replica.rollouts.start(OLGA, id, seen);
    await replica.closings.rollback(OLGA, id, { to: 'zero', comment: null });
    const over = await stateOf(replica, id);
    expect(over.wedgeState).toBe('ROLLED_BACK');
    await replica.incidents.link(OLGA, id, incident({ reference: 'INC-8' }));
    const after = await stateOf(replica, id);
    expect({ ...after, lastEntryAtMs: 0 }).toEqual({ ...over, lastEntryAtMs: 0 });
    expect((await replica.incidents.list(id)).map(({ reference }) => reference)).toEqual(['INC-7', 'INC-8']);
  });

  it('of nothing are refused', async () => {
    const { replica } = await installation();
    await expect(replica.incidents.link(OLGA, 'nobody', incident())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(replica.incidents.list('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('linked twice at the same moment are one', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    const links = await Promise.all([OLGA, OSKAR].map((who) => replica.incidents.link(who, id, incident())));
    expect(links.map(({ outcome }) => outcome).toSorted()).toEqual(['linked', 'stands']);
    expect(await linksIn(world)).toHaveLength(1);
  });

  it('give up where the feature changes all the time, and say so', async () => {
    const { world, replica } = await installation();
    const id = await startedRollout(replica, proposalInput());
    const ledger = butFor(world.kept.ledger, { append: async () => ({ kind: 'conflict', over: 'feature' }) });
    const restless = await startReplica(world, { kept: { ledger, rollouts: world.kept.rollouts } });
    await expect(restless.incidents.link(OLGA, id, incident())).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await linksIn(world)).toEqual([]);
  });
});
