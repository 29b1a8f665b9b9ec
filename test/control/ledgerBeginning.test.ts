import { describe, expect, it } from 'vitest';
import { TokenDirectory } from '../../src/control/access/tokenDirectory.ts';
import { LedgerBeginning } from '../../src/control/installation/ledgerBeginning.ts';
import { PolicyUnapproved } from '../../src/control/installation/policyAnnouncement.ts';
import { LedgerUnfit, LedgerUnreachable } from '../../src/control/ports/ledger.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';
import { startReplica, worldOf } from '../support/simulatedInstallation.ts';

/** A ledger that answers the preparations as it is told to; the last answer stays. */
async function begun(answers: readonly (Error | null)[], policy: Policy = DEFAULT_POLICY) {
  const world = worldOf();
  const { tokens } = await startReplica(world);
  const told: string[] = [];
  const said: string[] = [];
  const say = (_fields: object, message: string) => void said.push(message);
  let asked = 0;
  const beginning = new LedgerBeginning({
    ...world.kept,
    clock: world.clock,
    log: { info: say, warn: say, error: say },
    prepare: async () => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? null;
      asked += 1;
      if (answer !== null) throw answer;
    },
    policy,
    directory: new TokenDirectory(world.kept.tokens, world.clock, []),
    tokens,
    tellAdminToken: (token) => told.push(token),
  });
  return { world, beginning, told, said, asked: () => asked };
}

const AWAY = new LedgerUnreachable('away');

describe('the beginning with a ledger', () => {
  it('happens once: its tables, the law, somebody who can begin', async () => {
    const { beginning, told, said, asked } = await begun([null]);
    expect(await beginning.run()).toBe(true);
    expect(await beginning.run()).toBe(true);
    expect([asked(), told.length, said]).toEqual([1, 1, []]);
  });

  it('that is away is put off and said once, and follows when it is back', async () => {
    const { beginning, told, said } = await begun([AWAY, AWAY, null]);
    expect([await beginning.run(), told]).toEqual([false, []]);
    await beginning.retry();
    expect(said).toHaveLength(1);
    await beginning.retry();
    expect(told).toHaveLength(1);
    expect(said.at(-1)).toBe('the ledger is there: everything has begun');
  });

  it('that goes away in the middle goes on from there', async () => {
    const { world, beginning, told, asked } = await begun([null]);
    world.kept.cut();
    expect(await beginning.run()).toBe(false);
    world.kept.mend();
    expect(await beginning.run()).toBe(true);
    expect([asked(), told.length]).toEqual([1, 1]);
  });

  it('that a person has to mend refuses the start, and is told once to a process that serves already', async () => {
    const { beginning, told, said } = await begun([new LedgerUnfit('no such database')]);
    await expect(beginning.run()).rejects.toThrow(LedgerUnfit);
    await beginning.retry();
    await beginning.retry();
    expect([said, told]).toEqual([['no such database'], []]);
  });

  it('SLU-POLICY: by a law that nobody put their names to is refused, late as early', async () => {
    const { beginning, told, said } = await begun([AWAY, null], { ...DEFAULT_POLICY, minStages: 1 });
    expect(await beginning.run()).toBe(false);
    await beginning.retry();
    expect(said.at(-1)).toContain('`approvedBy` does not name the two people');
    await expect(beginning.run()).rejects.toThrow(PolicyUnapproved);
    expect(told).toEqual([]);
  });
});
