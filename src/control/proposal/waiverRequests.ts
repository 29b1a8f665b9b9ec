import { parseInput } from '../../domain/contract/parseInput.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import type { Violation } from '../../domain/contract/violation.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { waiverDraft } from '../../domain/governance/waiverDraft.ts';
import { judgeWaiverRequest, type WaiverRequest, waiverRequestSchema } from '../../domain/governance/waiverRequest.ts';
import { digestOf } from '../../domain/ledger/digest.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import type { PolicyInForce } from '../validation/policyInForce.ts';

export type WaiverRequestsDeps = {
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly policy: Policy;
  readonly inForce: PolicyInForce;
};

/** Asks for leave to break rules with one plan, before it is proposed. */
export class WaiverRequests {
  readonly #deps: WaiverRequestsDeps;

  constructor(deps: WaiverRequestsDeps) {
    this.#deps = deps;
  }

  /** Answers the id of the waiver; refused with all mistakes at once. */
  async request(who: Principal, input: unknown): Promise<string> {
    const { ledger, clock, chance, policy, inForce } = this.#deps;
    const parsed = parseInput(waiverRequestSchema, input);
    if (!parsed.ok) throw refused('SCHEMA', parsed.violations);
    await inForce.assert();
    const request = parsed.value;
    const nowMs = clock.nowMs();
    const featureIsThere = await this.#isThere(request);
    const violations = judgeWaiverRequest(request, { policy, featureIsThere, nowMs });
    if (violations.length > 0) throw refused('WAIVER_INVALID', violations);
    const waiverId = chance.id();
    const saying = { atMs: nowMs, actor: actorOf(who), comment: request.rationale.trim() };
    const about = { feature: request.feature, policyDigest: digestOf(policy) };
    const said = { type: 'waiverRequested' as const, data: { waiverId, ...termsOf(request) } };
    await appendEntries('proposal', { ledger, clock }, [waiverDraft(about, saying, said)], {});
    return waiverId;
  }

  async #isThere({ feature }: WaiverRequest): Promise<boolean> {
    const record = await this.#deps.features.get(feature);
    return record !== null && record.definition.archivedAtMs === null;
  }
}

const termsOf = ({ planDigest, rules, expiresAt }: WaiverRequest) => ({
  planDigest,
  rules: rules.toSorted(),
  expiresAtMs: Date.parse(expiresAt),
});

const refused = (code: 'SCHEMA' | 'WAIVER_INVALID', violations: readonly Violation[]) =>
  new Refusal(code, `the request has ${violations.length} mistakes`, { violations });
