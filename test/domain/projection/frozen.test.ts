import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContractState } from '../../../src/domain/governance/contractState.ts';
import { completionReport } from '../../../src/domain/projection/completion.ts';
import { customerView } from '../../../src/domain/projection/customer.ts';
import { founderView } from '../../../src/domain/projection/founder.ts';
import { frozen } from '../../../src/domain/projection/frozen.ts';
import type { Tale } from './tale.ts';
import { tales } from './tales.ts';

/** Thrice the same of the same, and of a copy; nothing of what it was given is changed, or it throws. */
const changesNothing = (project: (tale: Tale) => unknown) =>
  fc.property(tales, (tale) => {
    const before = JSON.stringify([tale.customerRecords(), rolloutsOf(tale)]);
    const first = JSON.stringify(project(tale));
    expect(JSON.stringify(project(tale))).toBe(first);
    expect(JSON.stringify([tale.customerRecords(), rolloutsOf(tale)])).toBe(before);
  });

const rolloutsOf = (tale: Tale) =>
  [...new Set(tale.entries.map(({ rollout }) => rollout))]
    .filter((id) => id !== null)
    .map((id) => tale.rolloutRecords(id));

describe('a projection', () => {
  it('ROLLOUT-001: is a pure function of frozen values', () => {
    const all = (tale: Tale) => [
      customerView(tale.customerRecords(), tale.nowMs),
      ...rolloutsOf(tale).flatMap((records) => [founderView(records), completionReport(records)]),
    ];
    fc.assert(changesNothing(all), { numRuns: 60 });
  });

  it('ROLLOUT-001: one that changes what it was given throws', () => {
    const sorting = (tale: Tale) => {
      // What the types forbid, as one who forces them would do.
      const contracts = tale.customerRecords().contracts as ContractState[];
      return contracts.sort((one, other) => other.proposedAtMs - one.proposedAtMs);
    };
    const stamping = (tale: Tale) => Object.assign(tale.customerRecords().state.exposure, { killed: false });
    const deep = (tale: Tale) => {
      const [contract] = tale.customerRecords().contracts;
      return Object.assign(contract?.contract.rolloutWedge.wedgeStages[0]?.scope ?? {}, { regions: 'all' });
    };
    for (const broken of [sorting, stamping, deep]) {
      const { failed, errorInstance } = fc.check(changesNothing(broken));
      expect(failed).toBe(true);
      expect(String(errorInstance)).toContain('TypeError');
    }
  });

  it('is given what is frozen to its depth', () => {
    const value = frozen({ a: [{ b: { c: 1 } }], d: null });
    expect([value, value.a, value.a[0], value.a[0]?.b].every(Object.isFrozen)).toBe(true);
    expect(frozen(7)).toBe(7);
    expect(frozen(value)).toBe(value);
  });
});
