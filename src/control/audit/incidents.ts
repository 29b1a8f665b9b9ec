import { type Incident, incidentsIn, type LinkedIncident } from '../../domain/governance/incident.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { draft } from '../../domain/rollout/draft.ts';
import type { RolloutState } from '../../domain/rollout/state.ts';
import { actorOf } from '../actorOf.ts';
import { appendEntries } from '../appendEntries.ts';
import type { IncidentDesk, IncidentLink } from '../governanceDesks.ts';
import type { Clock } from '../ports/clock.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { RolloutRegister } from '../ports/rolloutRegister.ts';
import { Refusal } from '../refusal.ts';

export type IncidentsDeps = {
  readonly rollouts: RolloutRegister;
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly clock: Clock;
};

/** A rollout has some dozens of entries. */
const MOST_ENTRIES = 10_000;
/** Ticks of a live rollout may change the feature meanwhile, though not so often. */
const MOST_RACES = 5;

/** Incidents of the outside world, linked to rollouts in any state: one that shows days after the end is one all the same. */
export class Incidents implements IncidentDesk {
  readonly #deps: IncidentsDeps;

  constructor(deps: IncidentsDeps) {
    this.#deps = deps;
  }

  async list(rolloutId: string): Promise<readonly LinkedIncident[]> {
    await this.#rollout(rolloutId);
    const entries = await this.#deps.ledger.entriesOfRollout(rolloutId, { afterSeq: 0, limit: MOST_ENTRIES });
    return incidentsIn(entries.filter((entry) => entry.type === 'incidentLinked'));
  }

  async link(who: Principal, rolloutId: string, incident: Incident): Promise<IncidentLink> {
    for (let race = 0; race < MOST_RACES; race += 1) {
      const link = await this.#linkOnce(who, rolloutId, incident);
      if (link !== null) return link;
    }
    throw new Refusal('CONFLICT', 'the feature changes all the time; try again');
  }

  /** Null where the feature changed meanwhile: a start must not overtake the incident that it has to wait for. */
  async #linkOnce(who: Principal, rolloutId: string, incident: Incident): Promise<IncidentLink | null> {
    const state = await this.#rollout(rolloutId);
    const feature = await this.#deps.features.get(state.feature);
    if (feature === null) throw new Refusal('NOT_FOUND', 'no such feature');
    const before = await this.#known(rolloutId, incident.reference);
    if (before !== null && isSame(before, incident)) return { incident: before, outcome: 'stands' };
    const saying = { atMs: this.#deps.clock.nowMs(), actor: actorOf(who), reason: 'operator' as const };
    const entry = draft(
      state,
      { ...saying, comment: null, evidence: null },
      { type: 'incidentLinked', data: incident },
    );
    const expected = { feature: { key: state.feature, version: feature.state.version } };
    const outcome = await appendEntries('audit', this.#deps, [entry], expected);
    if (outcome.kind === 'conflict') return null;
    const linked = await this.#known(rolloutId, incident.reference);
    if (linked === null) throw new Error(`the incident ${incident.reference} was written and is not there`);
    return { incident: linked, outcome: before === null ? 'linked' : 'changed' };
  }

  async #known(rolloutId: string, reference: string): Promise<LinkedIncident | null> {
    return (await this.list(rolloutId)).find((linked) => linked.reference === reference) ?? null;
  }

  async #rollout(id: string): Promise<RolloutState> {
    const record = await this.#deps.rollouts.get(id);
    if (record === null) throw new Refusal('NOT_FOUND', 'no such rollout');
    return record.state;
  }
}

const isSame = (one: Incident, other: Incident) =>
  one.severity === other.severity &&
  one.url === other.url &&
  one.detectedBySluice === other.detectedBySluice &&
  one.resolved === other.resolved;
