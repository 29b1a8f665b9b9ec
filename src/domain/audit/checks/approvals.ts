import type { Books } from '../books/books.ts';
import { type OpenContract, sealedAtMs } from '../books/contractBook.ts';
import type { Life } from '../books/life.ts';
import { dataOf, isByPerson, isOpening, type Told } from '../books/told.ts';
import { isGateOpen } from '../gate.ts';
import { type Look, when } from './look.ts';

/** Four eyes, on contracts by their digest, and at the gates of stages. */
export const approvals: Look = (told, books) => {
  switch (told.type) {
    case 'proposed':
      return digestsOf(told);
    case 'approved':
    case 'rejected':
      return wordOnContract(told, books.contracts.get(told.contract));
    case 'created':
      return [...digestsOf(told), ...used(told, books)];
    case 'stageApproved':
    case 'audited':
      return wordOnRollout(told, books.lifeOf(told.rollout));
    default:
      return isOpening(told) ? gate(told, books.lifeOf(told.rollout)) : null;
  }
};

/** Contract and policy are embedded, so that their digests can be made again. */
function digestsOf({ digests, data, contractDigest, policyDigest, type }: Told): readonly string[] {
  if (digests === null) return [];
  const isOfAnother = type === 'proposed' && data['planDigest'] !== digests.plan;
  return [
    ...when(digests.contract !== contractDigest, 'embeds a contract that does not match its digest'),
    ...when(digests.policy !== policyDigest, 'embeds a policy that does not match its digest'),
    ...when(isOfAnother, 'names a digest that is not of its plan'),
  ];
}

function wordOnContract(told: Told, contract: OpenContract | null): readonly string[] {
  const word = dataOf(told, 'approved', 'rejected');
  if (contract === null || word === null) return ['speaks of a contract that is not open'];
  return [
    ...when(!isByPerson(told), 'is no person’s word'),
    ...when(told.actor.subject === contract.proposer, `${contract.proposer} proposed it and has no say in it`),
    ...when(word.digest !== contract.digest, 'names another digest than that of the contract'),
  ];
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** A real rollout rests on a contract that was proposed here, as it was, by approvals that stand. A dry run needs none. */
function used(told: Told, { contracts }: Books): readonly string[] {
  const created = dataOf(told, 'created');
  if (created === null || told.dryRun) return [];
  const contract = contracts.get(told.contract);
  if (contract === null)
    return [contracts.wasUsed(told.contract) ? 'its contract was used before' : 'its contract was not proposed'];
  return [
    ...when(told.contractDigest !== contract.digest, 'its contract is not the one that was proposed'),
    ...when(told.policyDigest !== contract.policyDigest, 'its policy is not the one that judged the contract'),
    ...when(created.proposer !== contract.proposer, `its contract was proposed by ${contract.proposer}`),
    ...standing(contract, told.atMs),
  ];
}

function standing(contract: OpenContract, atMs: number): readonly string[] {
  if (contract.rejected) return ['its contract was rejected'];
  const sealed = sealedAtMs(contract);
  if (sealed === null) return ['its contract has not been approved by enough people'];
  const validMs = contract.policy.approvalValidDays * DAY_MS;
  return when(!(atMs < sealed + Math.round(validMs)), 'the approval of its contract had expired');
}

/** Stages are approved, and external audits said, by somebody who did not propose. */
function wordOnRollout(told: Told, life: Life | null): readonly string[] | null {
  if (life === null || (told.type === 'audited' && !isByPerson(told))) return null;
  const isExternal = told.type === 'stageApproved' || life.contract.audit === 'external';
  return [
    ...when(!isByPerson(told), 'is no person’s word'),
    ...when(told.actor.subject === life.proposer, `${life.proposer} proposed the contract and has no say in it`),
    ...when(!isExternal, 'the contract leaves its audit to nobody'),
  ];
}

/** The gate of the stage that it opens. What is asked for is asked by whoever did it, and a proposer's wish approves nothing. */
function gate(told: Told, life: Life | null): readonly string[] | null {
  const data = dataOf(told, 'started', 'advanced');
  if (life === null || data === null) return null;
  if (life.dryRun) return [];
  const ask = told.evidence?.context.ask ?? null;
  const isOwn = ask === null || (isByPerson(told) && ask.subject === told.actor.subject);
  const isProposers = ask?.mayApprove === true && ask.subject === life.proposer;
  return [
    ...when(data.approvalTakenAsGiven, 'takes an approval as given in a rollout that is no dry run'),
    ...when(!isOwn, 'rests on the wish of somebody else'),
    ...when(isProposers, 'counts the proposer among the approvers'),
    ...when(!isGateOpen(life, ask), 'opens a stage that people have not opened'),
  ];
}
