import type { Policy } from '../../contract/policy.ts';
import { dataOf, isByPerson, type Told } from './told.ts';
import { type WaiverBook, wrongWaivers } from './waiverBook.ts';

/** A contract that nobody has used yet: who said what of it. Its text is not kept, only its digest. */
export type OpenContract = {
  readonly digest: string;
  readonly planDigest: string;
  readonly policy: Policy;
  readonly policyDigest: string;
  readonly isCritical: boolean;
  readonly proposer: string;
  readonly waiversDigest: string;
  /** What is wrong with the waivers that it rests on. */
  readonly wrongWaivers: readonly string[];
  readonly approvals: ReadonlyMap<string, number>;
  readonly rejected: boolean;
};

/** Proposals and what people said of them, by contract. */
export class ContractBook {
  readonly #open = new Map<string, OpenContract>();
  readonly #used = new Set<string>();

  get(id: string | null): OpenContract | null {
    return this.#open.get(id ?? '') ?? null;
  }

  wasUsed(id: string | null): boolean {
    return this.#used.has(id ?? '');
  }

  enter(told: Told, waivers: WaiverBook): void {
    const proposed = dataOf(told, 'proposed');
    if (proposed !== null && told.contract !== null) this.#open.set(told.contract, opened(told, waivers));
    const contract = this.get(told.contract);
    if (contract === null || told.contract === null) return;
    const approved = dataOf(told, 'approved');
    if (approved?.digest === contract.digest && isByPerson(told)) {
      const { subject } = told.actor;
      const approvals = new Map([[subject, told.atMs], ...contract.approvals]);
      this.#open.set(told.contract, { ...contract, approvals });
    }
    if (told.type === 'rejected') this.#open.set(told.contract, { ...contract, rejected: true });
    if (told.type === 'created' && !told.dryRun) this.#use(told.contract);
  }

  #use(id: string): void {
    this.#open.delete(id);
    this.#used.add(id);
  }
}

function opened(told: Told, waivers: WaiverBook): OpenContract {
  const proposed = dataOf(told, 'proposed');
  const { digests } = told;
  if (proposed === null || digests === null) throw new Error('only `proposed` opens a contract');
  const { contract, policy } = proposed;
  const planDigest = digests.plan;
  return {
    digest: digests.contract,
    planDigest,
    policy,
    policyDigest: digests.policy,
    isCritical: contract.criticality === 'critical',
    proposer: told.actor.subject,
    waiversDigest: digests.waivers,
    wrongWaivers: wrongWaivers(waivers, proposed.waivers, { planDigest, policy, atMs: told.atMs }),
    approvals: new Map(),
    rejected: false,
  };
}

/** When the approvals that count became enough; null where they are not. A proposer's own counts for nothing. */
export function sealedAtMs(contract: OpenContract): number | null {
  const { approversCritical, approversStandard } = contract.policy;
  const wanted = contract.isCritical ? approversCritical : approversStandard;
  const times = [...contract.approvals]
    .filter(([subject]) => subject !== contract.proposer)
    .map(([, atMs]) => atMs)
    .sort((one, other) => one - other);
  return times[wanted - 1] ?? null;
}
