import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contractFrom, proposalSchema } from '../../../src/domain/contract/contract.ts';
import { contractDigest, planDigest } from '../../../src/domain/contract/digest.ts';
import { judge } from '../../../src/domain/contract/validation.ts';
import { proposalInput, validProposal, validProposals, validSubjects } from '../../support/proposals.ts';

const sha256OfCanonical = (value: unknown) =>
  createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');

describe('a contract', () => {
  it('is its proposal with an id, without `wedgeState`', () => {
    const proposal = validProposal({ supersedes: 'rollout-1' }, { wedgeState: 'PENDING' });
    const contract = contractFrom(proposal, 'contract-1');
    expect(contract).toEqual({ ...validProposal(), supersedes: 'rollout-1', id: 'contract-1' });
    expect('wedgeState' in contract.rolloutWedge).toBe(false);
  });

  it('defines its own SLIs', () => {
    expect(() => contractFrom(validProposal({ slis: [{ use: 'checkout_success' }] }), 'contract-1')).toThrow(
      /checkout_success/,
    );
  });

  it('is judged like the proposal it was', () => {
    fc.assert(
      fc.property(validSubjects, (subject) => {
        const contract = contractFrom(subject.proposal, 'contract-1');
        expect(judge({ ...subject, proposal: contract })).toEqual(judge(subject));
      }),
    );
  });
});

describe('digests', () => {
  it('are SHA-256 of the RFC 8785 JSON, with and without `id`', () => {
    fc.assert(
      fc.property(validProposals, fc.string({ minLength: 1 }), (proposal, id) => {
        const contract = contractFrom(proposal, id);
        const { id: _, ...plan } = contract;
        expect(contractDigest(contract)).toBe(sha256OfCanonical(contract));
        expect(planDigest(contract)).toBe(sha256OfCanonical(plan));
      }),
    );
  });

  it('are of the filled-in defaults: whoever spells one out proposes the same', () => {
    const spelledOut = { criticality: 'standard', audit: 'automatic', whenStale: 'close' } as const;
    const wedge = { wedgeState: 'PENDING', rollback: { to: 'zero', cooldownMinutes: 60 } } as const;
    const plain = contractFrom(validProposal(), 'contract-1');
    expect(contractDigest(contractFrom(validProposal(spelledOut, wedge), 'contract-1'))).toBe(contractDigest(plain));
  });

  it('do not change with the order of fields', () => {
    const reversed = Object.fromEntries(Object.entries(proposalInput()).reverse());
    const contract = contractFrom(proposalSchema.parse(reversed), 'contract-1');
    expect(contractDigest(contract)).toBe(contractDigest(contractFrom(validProposal(), 'contract-1')));
  });

  it('differ by id and by feature; that of the plan by feature alone', () => {
    const one = contractFrom(validProposal(), 'contract-1');
    const other = contractFrom(validProposal(), 'contract-2');
    const elsewhere = contractFrom(validProposal({ feature: 'checkout-v3' }), 'contract-1');
    expect(contractDigest(one)).not.toBe(contractDigest(other));
    expect(planDigest(one)).toBe(planDigest(other));
    expect(contractDigest(one)).not.toBe(contractDigest(elsewhere));
    expect(planDigest(one)).not.toBe(planDigest(elsewhere));
  });
});
