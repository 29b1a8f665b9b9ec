import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractFrom } from '../../../src/domain/contract/contract.ts';
import { contractDigest } from '../../../src/domain/contract/digest.ts';
import { DEFAULT_POLICY } from '../../../src/domain/contract/policy.ts';
import { approvalRefused } from '../../../src/domain/governance/approval.ts';
import {
  approversWanted,
  type ContractState,
  foldContract,
  isApproved,
  standingOf,
} from '../../../src/domain/governance/contractState.ts';
import { EMPTY_CHAIN, headOf, link } from '../../../src/domain/ledger/chain.ts';
import type { Entry, EntryDraft } from '../../../src/domain/ledger/entry.ts';
import { approvedDraft, createdDraft, proposedDraft, T0 } from '../../support/ledgerStory.ts';
import { validProposal } from '../../support/proposals.ts';

const DAY = 24 * 3_600_000;
const STANDARD = contractFrom(validProposal(), 'contract-1');
const CRITICAL = contractFrom(validProposal({ criticality: 'critical' }), 'contract-1');

function stateAfter(...drafts: readonly EntryDraft[]): ContractState {
  const entries: Entry[] = [];
  for (const said of drafts) {
    const last = entries.at(-1);
    const options = { chain: STANDARD.feature, environment: 'test', recordedAtMs: said.atMs };
    entries.push(link(last === undefined ? EMPTY_CHAIN : headOf(last), said, options));
  }
  const state = entries.reduce<ContractState | null>(foldContract, null);
  if (state === null) throw new Error('no contract');
  return state;
}

const rejected = (contract = STANDARD, atMs = T0): EntryDraft =>
  ({ ...approvedDraft(contract, 'emil', atMs), type: 'rejected' }) as EntryDraft;
const used = (dryRun = false) => createdDraft({ id: 'rollout-1', contract: STANDARD, dryRun });

describe('the approvals of a contract', () => {
  it('one where standard, two where critical', () => {
    const standard = stateAfter(proposedDraft(STANDARD));
    expect(approversWanted(standard)).toBe(1);
    expect(isApproved(standard, T0)).toBe(false);
    expect(isApproved(stateAfter(proposedDraft(STANDARD), approvedDraft(STANDARD, 'anna')), T0)).toBe(true);
    const once = [proposedDraft(CRITICAL), approvedDraft(CRITICAL, 'anna')];
    expect(isApproved(stateAfter(...once), T0)).toBe(false);
    expect(isApproved(stateAfter(...once, approvedDraft(CRITICAL, 'emil')), T0)).toBe(true);
  });

  it('two are two people', () => {
    const twice = [proposedDraft(CRITICAL), approvedDraft(CRITICAL, 'anna'), approvedDraft(CRITICAL, 'anna')];
    expect(isApproved(stateAfter(...twice), T0)).toBe(false);
  });

  it('expire seven days after they were complete, to the millisecond', () => {
    const late = T0 + 3 * DAY;
    const state = stateAfter(
      proposedDraft(CRITICAL),
      approvedDraft(CRITICAL, 'anna', T0),
      approvedDraft(CRITICAL, 'emil', late),
    );
    expect(DEFAULT_POLICY.approvalValidDays).toBe(7);
    expect(isApproved(state, late + 7 * DAY - 1)).toBe(true);
    expect(isApproved(state, late + 7 * DAY)).toBe(false);
    expect(standingOf(state, late + 7 * DAY - 1)).toBe('approved');
    expect(standingOf(state, late + 7 * DAY)).toBe('expired');
  });

  it('a contract that was used in time does not expire: its rollout may start at its hour', () => {
    const state = stateAfter(proposedDraft(STANDARD), approvedDraft(STANDARD, 'anna'), used());
    expect(isApproved(state, T0 + 30 * DAY)).toBe(true);
  });

  it('a rejection ends it, whatever was approved before', () => {
    const state = stateAfter(proposedDraft(STANDARD), approvedDraft(STANDARD, 'anna'), rejected());
    expect(isApproved(state, T0)).toBe(false);
    expect(standingOf(state, T0)).toBe('rejected');
  });

  it('is used by a real rollout, never by a dry run', () => {
    const approved = [proposedDraft(STANDARD), approvedDraft(STANDARD, 'anna')];
    expect(standingOf(stateAfter(...approved, used(true)), T0)).toBe('approved');
    expect(stateAfter(...approved, used())).toMatchObject({ usedBy: 'rollout-1' });
    expect(standingOf(stateAfter(...approved, used()), T0)).toBe('used');
  });

  it('the version grows with every word and use, so that two can not speak at once unseen', () => {
    const approved = [proposedDraft(STANDARD), approvedDraft(STANDARD, 'anna')];
    expect(stateAfter(proposedDraft(STANDARD)).version).toBe(1);
    expect(stateAfter(...approved).version).toBe(2);
    expect(stateAfter(...approved, used()).version).toBe(3);
    expect(stateAfter(...approved, used(true)).version).toBe(2);
  });

  it('begins with `proposed`', () => {
    const entry = link(EMPTY_CHAIN, approvedDraft(STANDARD, 'anna'), {
      chain: STANDARD.feature,
      environment: 'test',
      recordedAtMs: T0,
    });
    expect(() => foldContract(null, entry)).toThrow(/contract-1.*do not begin with `proposed`/);
  });
});

describe('whose word counts', () => {
  const digest = contractDigest(STANDARD);
  const open = stateAfter(proposedDraft(STANDARD));

  it('not the proposer, whatever else is right', () => {
    expect(approvalRefused(open, 'olga', digest)).toBe('FOUR_EYES');
    expect(approvalRefused(open, 'olga', 'x')).toBe('FOUR_EYES');
  });

  it('only on what was read', () => {
    fc.assert(
      fc.property(fc.string(), (other) => {
        fc.pre(other !== digest);
        expect(approvalRefused(open, 'anna', other)).toBe('DIGEST_MISMATCH');
      }),
    );
    expect(approvalRefused(open, 'anna', digest)).toBeNull();
  });

  it('not once it is rejected or used', () => {
    expect(approvalRefused(stateAfter(proposedDraft(STANDARD), rejected()), 'anna', digest)).toBe('CONTRACT_NOT_OPEN');
    const spent = stateAfter(proposedDraft(STANDARD), approvedDraft(STANDARD, 'emil'), used());
    expect(approvalRefused(spent, 'anna', digest)).toBe('CONTRACT_NOT_OPEN');
  });
});
