import { type ServingMember, serves } from '../../domain/confirmation/confirmation.ts';
import { isKnownAt, isReplica, providerName } from '../../domain/confirmation/member.ts';
import type { Policy } from '../../domain/contract/policy.ts';
import { flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { reachOf } from '../acknowledgement/memberReach.ts';
import type { ReplicaMembership } from '../acknowledgement/replicaMembership.ts';
import type { FlagView } from '../flags/flagView.ts';
import type { AcknowledgementDesk, MemberStanding, ProviderAcknowledgement } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import { LedgerUnreachable } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';

export type AcknowledgementsOfMembersDeps = {
  readonly membership: ReplicaMembership;
  readonly rollouts: RolloutRegister;
  readonly features: FeatureRegister;
  readonly view: FlagView;
  readonly clock: Clock;
  readonly policy: Policy;
  readonly environment: string;
};

/** What providers acknowledge, and what everybody has. */
export class AcknowledgementsOfMembers implements AcknowledgementDesk {
  readonly #deps: AcknowledgementsOfMembersDeps;

  constructor(deps: AcknowledgementsOfMembersDeps) {
    this.#deps = deps;
  }

  async acknowledge(who: Principal, { client, versions, leaving }: ProviderAcknowledgement): Promise<void> {
    const member = providerName(who.subject, client);
    const taken = await (leaving ? this.#leave(member) : this.#take(member, who, versions));
    if (!taken) throw new LedgerUnreachable('neither the flag store nor the ledger takes an acknowledgement');
  }

  async ofRollout(rolloutId: string): Promise<readonly MemberStanding[]> {
    const { rollouts, features, membership, clock, policy, environment } = this.#deps;
    const rollout = await rollouts.get(rolloutId);
    const feature = rollout === null ? null : await features.get(rollout.state.feature);
    if (feature === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    const { version } = flagDocumentOf(feature.definition, feature.state.exposure, environment);
    const { key } = feature.definition;
    const standing = await membership.acknowledgements.standing([key]);
    const deadlineMs = policy.rollbackDeadlineSeconds * 1000;
    return standing
      .of(key)
      .filter((member) => isKnownAt(member, clock.nowMs(), deadlineMs))
      .map((member) => standingOf(member, version));
  }

  #leave(member: string): Promise<boolean> {
    this.#deps.membership.providers.tookLeave(member);
    return this.#deps.membership.acknowledgements.leave(member);
  }

  async #take(
    member: string,
    { features }: Principal,
    versions: ProviderAcknowledgement['versions'],
  ): Promise<boolean> {
    const { membership, view } = this.#deps;
    const reach = reachOf(features, view);
    // A key that anybody can make up must not become a record, nor may what the token brings nobody.
    const isServed = (feature: string) => view.version(feature) !== null && (reach?.has(feature) ?? true);
    const known = Object.entries(versions).filter(([feature]) => isServed(feature));
    const said = known.map(([feature, version]) => ({ member, feature, version }));
    return said.length === 0
      ? membership.acknowledgements.hear([member])
      : membership.acknowledgements.acknowledge(said);
  }
}

function standingOf(member: ServingMember, wantedVersion: number): MemberStanding {
  const { name, sinceMs, heardAtMs, version } = member;
  const acknowledged = version === null ? null : serves(member, { version: wantedVersion });
  const kind = isReplica(member) ? 'replica' : 'provider';
  return { member: name, kind, sinceMs, heardAtMs, version, wantedVersion, acknowledged };
}
