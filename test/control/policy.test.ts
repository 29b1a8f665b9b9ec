import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { announcePolicy, PolicyUnapproved } from '../../src/control/installation/policyAnnouncement.ts';
import type { Log } from '../../src/control/ports/log.ts';
import { watchPolicy } from '../../src/control/upkeep/policyWatch.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';
import { firstBreak } from '../../src/domain/ledger/chain.ts';
import { INSTALLATION_CHAIN } from '../../src/domain/ledger/entry.ts';
import { proposalInput } from '../support/proposals.ts';
import { createdRollout, exposed, healthy, startedRollout, stateOf, wishFor } from '../support/release.ts';
import { chainOf, OLGA, poll, startReplica, type World, worldOf } from '../support/simulatedInstallation.ts';
import { grantedWaiver, shortWindow } from '../support/waivedRelease.ts';

const MINUTE = 60_000;
const NAMED: Policy = { ...DEFAULT_POLICY, minStages: 3, approvedBy: ['Olga', 'Paul'] };
const OTHER: Policy = { ...DEFAULT_POLICY, minStages: 1, approvedBy: ['Paul', 'Vera'] };

class HeardLog implements Log {
  readonly warned: object[] = [];
  readonly errors: string[] = [];
  info = () => {};
  warn = (fields: object) => void this.warned.push(fields);
  error = (_fields: object, message: string) => void this.errors.push(message);
}

const installed = (policy = DEFAULT_POLICY) => worldOf({ policy, pollIntervalMs: MINUTE });
const announce = (world: World, policy: Policy, log: Log = new HeardLog(), ledger = world.kept.ledger) =>
  announcePolicy(policy, { ...world.kept, ledger, clock: world.clock, log });
const recorded = async (world: World) =>
  (await chainOf(world, INSTALLATION_CHAIN)).map((entry) => entry.type === 'policyChanged' && entry.data.approvedBy);

describe('a policy at the start of the service', () => {
  it('that is the default is the law as it ships: nothing to write, no names', async () => {
    const world = installed();
    await announce(world, DEFAULT_POLICY);
    expect(await recorded(world)).toEqual([]);
  });

  it('that changed is recorded once with its two names, and the same file again writes nothing', async () => {
    const world = installed();
    await announce(world, NAMED);
    await announce(world, NAMED);
    expect(await recorded(world)).toEqual([['Olga', 'Paul']]);
    expect(await world.kept.installation.get()).toMatchObject({ policy: NAMED, policySinceMs: world.clock.nowMs() });
  });

  it.each([
    ['from the defaults', []],
    ['from the recorded one', [NAMED]],
  ])('that changed %s without its names is refused, and nothing is written', async (_from, before) => {
    const world = installed();
    for (const policy of before) await announce(world, policy);
    const log = new HeardLog();
    const unnamed = { ...DEFAULT_POLICY, minStages: 1 };
    const refused = announce(world, unnamed, log);
    await expect(refused).rejects.toThrow(PolicyUnapproved);
    await expect(refused).rejects.toThrow('`approvedBy` does not name the two people');
    expect(await recorded(world)).toHaveLength(before.length);
    expect(log.warned).toEqual([]);
  });

  it('that only lost its names is a changed file, too', async () => {
    const world = installed();
    await announce(world, NAMED);
    await expect(announce(world, { ...NAMED, approvedBy: [] })).rejects.toThrow(PolicyUnapproved);
  });

  it('that goes back to the defaults needs no names, and is recorded', async () => {
    const world = installed();
    await announce(world, NAMED);
    await announce(world, DEFAULT_POLICY);
    expect(await recorded(world)).toEqual([['Olga', 'Paul'], []]);
  });

  it('looser than the defaults is said aloud', async () => {
    const log = new HeardLog();
    await announce(installed(), OTHER, log);
    expect(log.warned).toEqual([{ looser: ['minStages'] }]);
  });

  it('SLU-POLICY: is written once by replicas that start at the same moment, whatever else is written there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const world = installed();
        const { ledger } = world.kept;
        const slow = { ...ledger, append: s.scheduleFunction(ledger.append), head: s.scheduleFunction(ledger.head) };
        const replica = await startReplica(world, { kept: { ...world.kept, ledger: slow } });
        const starts = [1, 2, 3].map(() => announce(world, NAMED, new HeardLog(), slow));
        await s.waitFor(Promise.all([...starts, replica.installation.setStop(OLGA, 'incident')]));
        const chain = await chainOf(world, INSTALLATION_CHAIN);
        expect(chain.map(({ type }) => type).toSorted()).toEqual(['policyChanged', 'stopSet']);
        expect(firstBreak(chain)).toBeNull();
      }),
      { numRuns: 30 },
    );
  });

  it('would be written by each of them, were the end of the chain not looked at', async () => {
    const world = installed();
    const { ledger } = world.kept;
    const blind = {
      ...ledger,
      append: (asked: Parameters<typeof ledger.append>[0]) => ledger.append({ ...asked, expected: {} }),
    };
    await Promise.all([1, 2].map(() => announce(world, NAMED, new HeardLog(), blind)));
    expect(await recorded(world)).toHaveLength(2);
  });
});

describe('a replica whose policy was replaced', () => {
  async function replaced() {
    const world = installed(NAMED);
    healthy(world);
    await announce(world, NAMED);
    const old = await startReplica(world);
    const running = await startedRollout(old, proposalInput());
    const waiting = await createdRollout(old, proposalInput({ feature: 'search' }));
    const atHour = { startAtMs: world.clock.nowMs() + MINUTE };
    const scheduled = await createdRollout(old, proposalInput({ feature: 'cart' }), atHour);
    await announce(world, OTHER);
    return { world, old, running, waiting, scheduled, today: await startReplica({ ...world, policy: OTHER }) };
  }

  it('SLU-POLICY: judges nothing by it: no proposal, no waiver, no start, not at its hour either', async () => {
    const { world, old, waiting, scheduled } = await replaced();
    const gone = { code: 'POLICY_REPLACED' };
    await expect(old.contracts.validate(proposalInput())).rejects.toMatchObject(gone);
    await expect(old.contracts.propose(OLGA, proposalInput())).rejects.toMatchObject(gone);
    await expect(grantedWaiver(old, shortWindow())).rejects.toMatchObject(gone);
    await expect(old.rollouts.start(OLGA, waiting, await wishFor(old, waiting))).rejects.toMatchObject(gone);
    const scheduledOnly = { ...world, policy: NAMED };
    await poll(await startReplica(scheduledOnly), 2 * MINUTE);
    expect(await stateOf(old, scheduled)).toMatchObject({ wedgeState: 'PENDING' });
    expect((await old.rollouts.status(scheduled)).decision?.detail).toContain('the ledger has another policy since');
  });

  it('goes on with what runs, and closes it', async () => {
    const { old, running } = await replaced();
    await old.closings.rollback(OLGA, running, { to: 'zero', comment: null });
    expect(await stateOf(old, running)).toMatchObject({ wedgeState: 'ROLLED_BACK' });
    expect(exposed(old).stored).toBe(0);
  });

  it('says so in the log, in its readiness and beside its policy; the one of today does not', async () => {
    const { old, today } = await replaced();
    const log = new HeardLog();
    await watchPolicy(old.inForce, log);
    expect(log.errors).toEqual([expect.stringMatching(/another policy since .* \(approved by Paul and Vera\)/)]);
    expect((await old.installation.readiness()).dependencies['policy']).toMatchObject({ ok: false });
    expect(await old.installation.policy()).toEqual({ policy: NAMED, since: null, inForce: false });
    const quiet = new HeardLog();
    await watchPolicy(today.inForce, quiet);
    expect(quiet.errors).toEqual([]);
    expect((await today.installation.readiness()).dependencies['policy']).toMatchObject({ ok: true });
    expect(await today.installation.policy()).toMatchObject({
      policy: OTHER,
      since: '2026-11-20T12:00:00.000Z',
      inForce: true,
    });
  });

  it('with the ledger away its readiness knows no more than that', async () => {
    const { world, old } = await replaced();
    world.kept.cut();
    const { ready, dependencies } = await old.installation.readiness();
    expect([ready, dependencies['policy']?.ok]).toEqual([false, false]);
  });
});
