import { parseInput } from '../../domain/contract/parseInput.ts';
import { readContext } from '../../domain/feature/context.ts';
import type { Explanation } from '../../domain/feature/explain.ts';
import { BUCKETING, type FeatureDefinition } from '../../domain/feature/feature.ts';
import { raisedBy } from '../../domain/feature/featureChange.ts';
import { type FeaturePatch, featurePatchSchema, newFeatureSchema } from '../../domain/feature/featureInput.ts';
import { flagDocumentOf } from '../../domain/feature/flagDocument.ts';
import { sameJson } from '../../domain/feature/sameJson.ts';
import type { Principal } from '../../domain/governance/role.ts';
import { accepted } from '../accepted.ts';
import type { FeatureDesk, ReviveOutcome } from '../application.ts';
import { revive } from '../approval/revival.ts';
import type { FlagView } from '../flags/flagView.ts';
import type { Publisher } from '../flags/publisher.ts';
import type { Chance } from '../ports/chance.ts';
import type { Clock } from '../ports/clock.ts';
import {
  type Cursor,
  type FeatureFilter,
  type FeatureRecord,
  type FeatureRegister,
  seenOf,
  versionOf,
} from '../ports/featureRegister.ts';
import { type FlagStore, FlagStoreUnreachable } from '../ports/flagStore.ts';
import type { Ledger } from '../ports/ledger.ts';
import { Refusal } from '../refusal.ts';
import { prerequisiteViolations } from '../validation/prerequisites.ts';

export type FeaturesDeps = {
  readonly features: FeatureRegister;
  readonly ledger: Ledger;
  readonly publisher: Publisher;
  readonly store: FlagStore;
  readonly view: FlagView;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly environment: string;
};

/** Features: what they are, and the one way back from a kill. */
export class Features implements FeatureDesk {
  readonly #deps: FeaturesDeps;

  constructor(deps: FeaturesDeps) {
    this.#deps = deps;
  }

  async create(_who: Principal, input: unknown): Promise<FeatureRecord> {
    const wish = accepted(parseInput(newFeatureSchema, input));
    const definition: FeatureDefinition = {
      ...wish,
      salt: this.#deps.chance.hex(16),
      bucketing: BUCKETING,
      revision: 0,
      createdAtMs: this.#deps.clock.nowMs(),
      archivedAtMs: null,
    };
    await this.#assertNeeds(definition);
    if (!(await this.#deps.features.add(definition))) throw new Refusal('FEATURE_EXISTS', `${wish.key} is taken`);
    return this.#published(wish.key);
  }

  async get(key: string): Promise<FeatureRecord> {
    const feature = await this.#deps.features.get(key);
    if (feature === null || feature.definition.archivedAtMs !== null) throw new Refusal('NOT_FOUND', 'no such feature');
    return feature;
  }

  async list(filter: FeatureFilter, cursor: Cursor): Promise<readonly FeatureRecord[]> {
    return this.#deps.features.list({ archived: false, ...filter }, cursor);
  }

  async patch(_who: Principal, key: string, input: unknown, expectedVersion: number | null): Promise<FeatureRecord> {
    const wish = accepted(parseInput(featurePatchSchema, input));
    const feature = await this.get(key);
    if (expectedVersion !== null && expectedVersion !== versionOf(feature)) {
      throw new Refusal('VERSION_STALE', `the version is ${versionOf(feature)}`);
    }
    const definition = patched(feature, wish);
    if (wish.prerequisites !== undefined) await this.#assertNeeds(definition);
    if (!(await this.#deps.features.update(definition, seenOf(feature)))) {
      throw new Refusal('CONFLICT', 'the feature was changed meanwhile');
    }
    const after = await this.get(key);
    await this.#deps.publisher.publishDefinition(after.definition, after.state.exposure);
    return after;
  }

  async archive(_who: Principal, key: string): Promise<void> {
    const feature = await this.get(key);
    const { definition, state } = feature;
    if (state.exposure.live !== null)
      throw new Refusal('FEATURE_IN_USE', 'a rollout of it is live; roll it back first');
    // Of an archived feature nobody would ever record that.
    if (state.removalPending !== null)
      throw new Refusal('FEATURE_IN_USE', 'the flag store has not been seen to have its closing yet; try again');
    const archived = { ...definition, archivedAtMs: this.#deps.clock.nowMs() };
    if (!(await this.#deps.features.update(archived, seenOf(feature)))) {
      throw new Refusal('CONFLICT', 'the feature was changed meanwhile');
    }
    const { version } = flagDocumentOf(definition, state.exposure, this.#deps.environment);
    await this.#deps.store.archive(key, version).catch(leaveToReconciliation);
  }

  async revive(who: Principal, key: string, comment: string): Promise<ReviveOutcome> {
    const outcome = await revive(this.#deps, who, await this.get(key), comment);
    return { outcome, feature: await this.get(key) };
  }

  async explain(key: string, context: unknown): Promise<Explanation> {
    const read = readContext(context);
    if (read.kind === 'invalid') throw new Refusal('SCHEMA', read.errorDetails);
    const explanation = this.#deps.view.explain(key, read.context);
    if (explanation === null) throw new Refusal('NOT_FOUND', 'no such feature');
    return explanation;
  }

  async #assertNeeds(definition: FeatureDefinition): Promise<void> {
    const violations = await prerequisiteViolations(this.#deps.features, definition);
    if (violations.length > 0) throw new Refusal('SCHEMA', 'the prerequisites can not be met', { violations });
  }

  async #published(key: string): Promise<FeatureRecord> {
    const feature = await this.get(key);
    await this.#deps.publisher.publish(feature.definition, feature.state.exposure);
    return feature;
  }
}

const leaveToReconciliation = (error: unknown): void => {
  if (!(error instanceof FlagStoreUnreachable)) throw error;
};

/** The definition with the wish in it, where the wish lets nobody in who was out. */
function patched({ definition, state }: FeatureRecord, wish: FeaturePatch): FeatureDefinition {
  const next: FeatureDefinition = {
    ...definition,
    description: wish.description ?? definition.description,
    owner: wish.owner ?? definition.owner,
    variants: wish.variants ?? definition.variants,
    prerequisites: wish.prerequisites ?? definition.prerequisites,
  };
  const broken = raisedBy(definition, next, state.exposure);
  if (broken.length > 0) {
    throw new Refusal('WOULD_RAISE_EXPOSURE', broken.map(({ message }) => message).join('; '), { violations: broken });
  }
  const looksTheSame =
    sameJson(next.variants, definition.variants) && sameJson(next.prerequisites, definition.prerequisites);
  return looksTheSame ? next : { ...next, revision: definition.revision + 1 };
}
