import type { z } from 'zod';
import { type FeatureRecord, versionOf } from '../../control/ports/featureRegister.ts';
import { timeOf, timeOrNull } from '../../domain/time.ts';
import type { featureSchema } from '../schemas/feature.ts';

export function featureView(feature: FeatureRecord): z.infer<typeof featureSchema> {
  const { definition, state } = feature;
  const { exposure } = state;
  return {
    id: definition.key,
    key: definition.key,
    description: definition.description,
    owner: definition.owner,
    variants: definition.variants,
    prerequisites: [...definition.prerequisites],
    salt: definition.salt,
    bucketing: definition.bucketing,
    grants: [...exposure.grants],
    caps: exposure.caps,
    raises: exposure.raises,
    killed: exposure.killed,
    live: exposure.live === null ? null : { rolloutId: exposure.live.rolloutId, stage: exposure.live.stage },
    cooldownUntil: timeOrNull(state.cooldownUntilMs),
    reviveRequestedBy: state.reviveRequestedBy,
    createdAt: timeOf(definition.createdAtMs),
    archivedAt: timeOrNull(definition.archivedAtMs),
    version: versionOf(feature),
  };
}
