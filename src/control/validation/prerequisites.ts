import { type Violation, violation } from '../../domain/contract/violation.ts';
import type { FeatureDefinition } from '../../domain/feature/feature.ts';
import type { FeatureRegister } from '../ports/featureRegister.ts';

type Needing = Pick<FeatureDefinition, 'key' | 'prerequisites'>;

/**
 * What is wrong with the features that a feature needs, all of it at once: one that is not there, and a circle. Either would keep
 * lookups off for ever, which is safe and never what was meant.
 */
export async function prerequisiteViolations(
  features: FeatureRegister,
  { key, prerequisites }: Needing,
): Promise<readonly Violation[]> {
  const judged = prerequisites.map(async ({ feature }, index) => {
    const at = ['prerequisites', index, 'feature'];
    const needed = feature === key ? null : await definitionOf(features, feature);
    if (feature === key) return [circular(at, feature)];
    if (needed === null)
      return [violation('PREREQUISITE_UNKNOWN', at, feature, 'a feature that is there', 'is no feature')];
    return (await leadsTo(features, needed, key)) ? [circular(at, feature)] : [];
  });
  return (await Promise.all(judged)).flat();
}

const circular = (at: readonly (string | number)[], feature: string): Violation =>
  violation(
    'PREREQUISITE_CIRCULAR',
    at,
    feature,
    'a feature that does not need this one',
    'leads back to this feature',
  );

async function definitionOf(features: FeatureRegister, key: string): Promise<FeatureDefinition | null> {
  const definition = (await features.get(key))?.definition ?? null;
  return definition?.archivedAtMs === null ? definition : null;
}

async function leadsTo(features: FeatureRegister, from: FeatureDefinition, key: string): Promise<boolean> {
  const seen = new Set<string>([from.key]);
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { feature } of next.prerequisites) {
      if (feature === key) return true;
      if (seen.has(feature)) continue;
      seen.add(feature);
      const needed = await definitionOf(features, feature);
      if (needed !== null) open.push(needed);
    }
  }
  return false;
}
