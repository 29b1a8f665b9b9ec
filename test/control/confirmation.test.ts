import { describe, expect, it } from 'vitest';
import { HEARTBEAT_EVERY_MS, providerName } from '../../src/domain/confirmation/member.ts';
import type { Entry, EntryOf } from '../../src/domain/ledger/entry.ts';
import { documentOf } from '../domain/feature/documents.ts';
import { audited, findingsIn } from '../support/audited.ts';
import { LineOfReplica } from '../support/lineOfReplica.ts';
import { proposalInput } from '../support/proposals.ts';
import { bad, FEATURE, healthy, inStage, startedRollout, until } from '../support/release.ts';
import { chainOf, OLGA, person, poll, type Replica, worldOf } from '../support/simulatedInstallation.ts';

const SECOND_MS = 1000;
const DEADLINE_MS = 60 * SECOND_MS;
const POLL_MS = 15 * SECOND_MS;
const SHOP = person('shop', 'service');

/** Three replicas, each on a line of its own, and a release in its first stage. */
async function fleet(input = proposalInput()) {
  const world = worldOf({ pollIntervalMs: POLL_MS });
  healthy(world);
  const lines = [new LineOfReplica(world), new LineOfReplica(world), new LineOfReplica(world)] as const;
  const [one, two, three] = await Promise.all([lines[0].start('one'), lines[1].start('two'), lines[2].start('three')]);
  const id = await startedRollout(one, input);
  await until(one, id, inStage(0));
  const all = [one, two, three];
  await signsOf(all);
  const confirmations = async () =>
    (await chainOf(world, FEATURE)).filter(
      (entry): entry is EntryOf<'exposureConfirmed'> => entry.type === 'exposureConfirmed',
    );
  /** So many seconds pass, and these replicas do in each what they do each second. */
  const pass = async (seconds: number, replicas: readonly Replica[] = all) => {
    for (let second = 1; second <= seconds; second += 1) {
      world.clock.advance(SECOND_MS);
      world.store.confirm();
      if (world.clock.nowMs() % HEARTBEAT_EVERY_MS === 0) await signsOf(replicas);
      await Promise.all(replicas.map((replica) => replica.confirming.run().catch(() => undefined)));
    }
  };
  await pass(1);
  const whole = async () => findingsIn(audited(await chainOf(world, FEATURE), world.clock.nowMs()));
  return { world, lines, one, two, three, id, pass, confirmations, whole };
}

const signsOf = (replicas: readonly Replica[]) => Promise.all(replicas.map(({ membership }) => membership.heartbeat()));
const rollBack = (replica: Replica, id: string) =>
  replica.closings.rollback(OLGA, id, { to: 'zero', mode: 'immediate', comment: 'enough' });
const NAMES = ['replica:one', 'replica:three', 'replica:two'];
const last = (chain: readonly Entry[], type: Entry['type']) => chain.findLast((entry) => entry.type === type);

describe('a rollback of three replicas', () => {
  it('by itself is confirmed by all, once, whoever is first, with both times', async () => {
    const { world, one, two, three, id, confirmations, pass, whole } = await fleet();
    bad(world);
    await poll(one);
    await Promise.all([one, two, three, one].map(({ confirming }) => confirming.run()));
    await pass(3);
    const [confirmed, ...more] = await confirmations();
    expect(more).toEqual([]);
    const back = last(await chainOf(world, FEATURE), 'rolledBack') as EntryOf<'rolledBack'>;
    expect(confirmed).toMatchObject({ rollout: id, actor: { kind: 'sluice' } });
    expect(confirmed?.data).toMatchObject({ triggeredAtMs: back.data.triggeredAtMs, heard: NAMES, unheard: [] });
    expect((await one.rollouts.status(id)).removal).toMatchObject({ state: 'confirmed', heardCount: 3, unheard: [] });
    expect(await whole()).toEqual([]);
  });

  it('by hand, of which one is cut off: it is named once the deadline is over, and not before', async () => {
    const { lines, one, two, id, confirmations, pass, whole } = await fleet();
    lines[2].cut('store', 'ledger');
    await pass(5, [one, two]);
    await rollBack(one, id);
    await pass(DEADLINE_MS / SECOND_MS - 1, [one, two]);
    expect(await confirmations()).toEqual([]);
    expect((await one.rollouts.status(id)).removal).toMatchObject({ state: 'removed', removedAfterSeconds: 0 });
    await pass(1, [one, two]);
    const [confirmed] = await confirmations();
    expect(confirmed?.data).toMatchObject({ heard: ['replica:one', 'replica:two'], unheard: ['replica:three'] });
    const shown = { state: 'confirmed', confirmedAfterSeconds: 60, unheard: ['replica:three'], unheardCount: 1 };
    expect((await one.rollouts.status(id)).removal).toMatchObject(shown);
    expect(await whole()).toEqual([]);
  });

  it('of which one is slow: as soon as that one serves it', async () => {
    const { lines, one, id, confirmations, pass } = await fleet();
    lines[1].slow();
    await rollBack(one, id);
    await pass(20);
    expect(await confirmations()).toEqual([]);
    expect(await one.acknowledgements.ofRollout(id)).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ member: 'replica:two', acknowledged: false })]),
    );
    lines[1].catchUp();
    await pass(1);
    const [confirmed] = await confirmations();
    expect(confirmed?.data).toMatchObject({ heard: NAMES, unheard: [] });
    expect((confirmed?.data.confirmedAtMs ?? 0) - (confirmed?.data.triggeredAtMs ?? 0)).toBe(21 * SECOND_MS);
  });

  it('of which one has left in peace: nobody waits for it', async () => {
    const { one, two, three, id, confirmations } = await fleet();
    await three.membership.takeLeave();
    await rollBack(one, id);
    await two.confirming.run();
    expect((await confirmations())[0]?.data).toMatchObject({ heard: ['replica:one', 'replica:two'], unheard: [] });
  });

  it('of which one was silent for so long that its view closes by itself: nobody waits for it', async () => {
    const { lines, one, two, id, confirmations, pass } = await fleet();
    lines[2].cut('store', 'ledger');
    await pass((DEADLINE_MS + 2 * HEARTBEAT_EVERY_MS) / SECOND_MS + 5, [one, two]);
    await rollBack(one, id);
    await pass(1, [one, two]);
    expect((await confirmations())[0]?.data).toMatchObject({ heard: ['replica:one', 'replica:two'], unheard: [] });
  });

  it.for(['store', 'ledger'] as const)(
    'of which one can not reach the %s: its word comes by the other way',
    async (part) => {
      const { lines, one, two, three, id, confirmations, pass } = await fleet();
      lines[2].cut(part);
      await rollBack(one, id);
      if (part === 'store') await three.ledgerFeed.run();
      await signsOf([three]);
      await pass(1, [one, two]);
      expect((await confirmations())[0]?.data).toMatchObject({ heard: NAMES, unheard: [] });
    },
  );

  it('is not confirmed by one who can not ask the store who else is there', async () => {
    const { world, lines, one, id, confirmations, pass } = await fleet();
    lines[2].cut('ledger');
    lines[2].slow();
    await pass(100);
    const apart = new LineOfReplica(world);
    apart.cut('store');
    const four = await apart.start('four');
    await rollBack(one, id);
    await four.ledgerFeed.run();
    await pass(1, [four]);
    expect(await confirmations()).toEqual([]);
    lines[2].catchUp();
    await pass(5);
    expect((await confirmations())[0]?.data).toMatchObject({ heardCount: 4, unheard: [] });
  });

  it('while the store is away is not called removed nor confirmed; both come when it is back', async () => {
    const { world, lines, one, id, confirmations, pass, whole } = await fleet();
    for (const line of lines) line.cut('store');
    await rollBack(one, id);
    await pass(90);
    expect((await one.rollouts.status(id)).removal).toMatchObject({ state: 'removing', removedAt: null });
    for (const line of lines) line.mend();
    await poll(one);
    await pass(1);
    const [confirmed] = await confirmations();
    expect(confirmed?.data.unheard).toEqual([]);
    expect(confirmed?.data.confirmedAtMs).toBeGreaterThanOrEqual(confirmed?.data.removedAtMs ?? Infinity);
    expect(world.faults).toEqual([]);
    // It took longer than the law allows, which the record says.
    expect(await whole()).toEqual([expect.stringContaining('INV-RWG-ROLLBACK')]);
  });

  it('recorded late, the wait begins when it is recorded: nobody is blamed for not having been asked', async () => {
    const { world, one, id, confirmations, pass } = await fleet();
    world.kept.cut();
    await rollBack(one, id);
    await pass(1200);
    world.kept.mend();
    await poll(one);
    await pass(2);
    const [confirmed] = await confirmations();
    expect(confirmed?.data).toMatchObject({ unheard: [] });
    expect(confirmed?.late).toBe(false);
  });
});

describe('a kill', () => {
  it('ends the release that runs, and is confirmed for it', async () => {
    const { one, id, confirmations, pass, whole } = await fleet();
    await one.closings.kill(OLGA, FEATURE, 'burning');
    await pass(1);
    const [confirmed, ...more] = await confirmations();
    expect(more).toEqual([]);
    expect(confirmed).toMatchObject({ rollout: id, data: { heard: NAMES } });
    expect((await one.rollouts.status(id)).removal).toMatchObject({ state: 'confirmed' });
    expect(await whole()).toEqual([]);
  });

  it('after a rollback that is not confirmed: each is, by itself', async () => {
    const { lines, one, id, confirmations, pass, whole } = await fleet();
    lines[2].slow();
    await rollBack(one, id);
    await pass(5);
    await one.closings.kill(OLGA, FEATURE, 'still burning');
    await pass(5);
    expect(await confirmations()).toEqual([]);
    lines[2].catchUp();
    await pass(1);
    expect((await confirmations()).map(({ rollout }) => rollout)).toEqual([id, null]);
    expect(await whole()).toEqual([]);
  });

  it('of a feature that is archived meanwhile is confirmed all the same', async () => {
    const { lines, one, confirmations, pass } = await fleet();
    lines[2].slow();
    await one.closings.kill(OLGA, FEATURE, 'burning');
    await one.features.archive(OLGA, FEATURE);
    await pass(2);
    expect(await confirmations()).toEqual([]);
    lines[2].catchUp();
    await pass(1);
    expect((await confirmations())[0]?.data.unheard).toEqual([]);
  });
});

describe('a provider in another service', () => {
  const said = (client: string, version: number, leaving = false) => ({
    client,
    versions: { [FEATURE]: version },
    leaving,
  });

  it('that reads the stream is waited for, and named by its subject', async () => {
    const { one, two, id, confirmations, pass } = await fleet();
    const name = providerName(SHOP.subject, 'pod-1');
    one.providers.arrived(name);
    await rollBack(two, id);
    await pass(3);
    expect(await confirmations()).toEqual([]);
    await two.acknowledgements.acknowledge(SHOP, said('pod-1', one.view.version(FEATURE) ?? 0));
    await pass(1);
    expect((await confirmations())[0]?.data.heard).toEqual([name, ...NAMES]);
  });

  it('whose token tells nothing of the feature is not waited for, nor named beside it', async () => {
    const { one, id, confirmations, pass } = await fleet();
    const token = { subject: 'search', roles: ['service'], features: ['search-v3'], expiresAtMs: null } as const;
    await one.tokens.issue(person('ada', 'admin'), token);
    one.providers.arrived(providerName('search', 'pod-1'));
    await rollBack(one, id);
    await pass(1);
    expect((await confirmations())[0]?.data).toMatchObject({ heard: NAMES, unheard: [] });
    expect((await one.acknowledgements.ofRollout(id)).map(({ member }) => member).toSorted()).toEqual(NAMES);
  });

  it('whose token tells of what needs the feature is waited for, and its word is taken', async () => {
    const { one, id, confirmations, pass } = await fleet();
    const features = ['search-v3'];
    const token = { subject: 'search', roles: ['service'], features, expiresAtMs: null } as const;
    await one.tokens.issue(person('ada', 'admin'), token);
    one.view.apply(documentOf({ feature: 'search-v3', prerequisites: [{ feature: FEATURE, variant: 'on' }] }));
    const name = providerName('search', 'pod-1');
    one.providers.arrived(name);
    await rollBack(one, id);
    // The others don't know of what needs it yet.
    await pass(3, [one]);
    expect(await confirmations()).toEqual([]);
    const bound = { ...person('search', 'service'), features };
    await one.acknowledgements.acknowledge(bound, said('pod-1', one.view.version(FEATURE) ?? 0));
    await pass(1);
    expect((await confirmations())[0]?.data.heard).toEqual([name, ...NAMES]);
  });

  it('can not be spoken for by another subject', async () => {
    const { one, id, confirmations, pass } = await fleet();
    one.providers.arrived(providerName(SHOP.subject, 'pod-1'));
    await rollBack(one, id);
    const other = person('stranger', 'service');
    await one.acknowledgements.acknowledge(other, said('pod-1', 1_000));
    await pass(3);
    expect(await confirmations()).toEqual([]);
  });

  it('is not waited for once it took leave, also while its stream has still to be seen to end', async () => {
    const { one, id, confirmations, pass } = await fleet();
    const name = providerName(SHOP.subject, 'pod-1');
    one.providers.arrived(name);
    await pass(1);
    await one.acknowledgements.acknowledge(SHOP, said('pod-1', 0, true));
    await pass(10);
    one.providers.left(name);
    await rollBack(one, id);
    await pass(1);
    expect((await confirmations())[0]?.data).toMatchObject({ heard: NAMES, unheard: [] });
  });

  it('whose stream has ended is waited for, and named, until it was gone for the deadline', async () => {
    const { one, id, confirmations, pass } = await fleet();
    const name = providerName(SHOP.subject, 'pod-1');
    one.providers.arrived(name);
    one.providers.arrived(name);
    one.providers.left(name);
    await pass(100);
    one.providers.left(name);
    await pass(30);
    await rollBack(one, id);
    await pass(60);
    expect((await confirmations())[0]?.data).toMatchObject({ heard: NAMES, unheard: [name] });
  });
});

describe('a dry run', () => {
  it('confirms nothing', async () => {
    const { world, one, pass } = await fleet();
    const before = (await chainOf(world, FEATURE)).length;
    const contract = (await one.rollouts.list({}, { after: null, limit: 1 }))[0]?.state.contract.id ?? '';
    const { state } = await one.rollouts.create(OLGA, { contractId: contract, dryRun: true, startAtMs: null });
    await rollBack(one, state.id);
    await pass(3);
    const after = (await chainOf(world, FEATURE)).slice(before).map(({ type }) => type);
    expect(after).toEqual(['created', 'rolledBack']);
  });
});
