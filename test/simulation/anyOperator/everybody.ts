import { createHash } from 'node:crypto';
import type { EvaluationContext } from '../../../src/domain/feature/context.ts';
import type { Exposure } from '../../../src/domain/feature/flagDocument.ts';
import type { Scope } from '../../../src/domain/feature/scope.ts';

const WORKSPACES = [null, 'acme', 'globex'];
const GROUPS = [[], ['internal'], ['beta'], ['staff', 'beta'], ['strangers']];
const REGIONS = ['eu', 'us', null];
const TIERS = ['pro', 'free', 'team', null];

const one = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Who asks in every life: some of each workspace, group, region and tier, mixed, with buckets of all sizes. */
const EVERYBODY: readonly EvaluationContext[] = Array.from({ length: 240 }, (_, index) => ({
  targetingKey: `user-${index}`,
  workspaceId: one(WORKSPACES, index),
  groups: one(GROUPS, Math.floor(index / 3)),
  region: one(REGIONS, Math.floor(index / 7)),
  tier: one(TIERS, Math.floor(index / 11)),
}));

/** Of those who asked, the ones who are met. */
export type Met = ReadonlySet<EvaluationContext>;

export const thoseOf = (isMet: (who: EvaluationContext) => boolean): Met => new Set(EVERYBODY.filter(isMet));

export const keysOf = (met: Met): readonly (string | null)[] => [...met].map(({ targetingKey }) => targetingKey);

type Exposes = Pick<Exposure, 'killed' | 'grants' | 'caps' | 'raises'>;

/** Whom an exposure meets: the definition of `domain.md`, with nothing saved, nothing ordered, and nothing of what lookups run. */
export function metBy({ killed, grants, caps, raises }: Exposes, salt: string): Met {
  return thoseOf((who) => {
    const bucket = bucketOf(salt, who);
    const raised = Object.entries(raises).some(([id, threshold]) => id === who.workspaceId && bucket < threshold);
    const capped = Object.entries(caps).some(([id, threshold]) => id === who.workspaceId && bucket >= threshold);
    const granted = grants.some(({ scope, threshold }) => lies(who, scope) && bucket < threshold);
    return !killed && !capped && (raised || granted);
  });
}

/** Whether a scope has a place for them. */
export function lies(who: EvaluationContext, { groups, regions, tiers }: Scope): boolean {
  return (
    (groups === 'all' || groups.some((group) => who.groups.includes(group))) &&
    (regions === 'all' || regions.some((region) => region === who.region)) &&
    (tiers === 'all' || tiers.some((tier) => tier === who.tier))
  );
}

const drawn = new Map<string, number>();

export function bucketOf(salt: string, { workspaceId, targetingKey }: EvaluationContext): number {
  const unit = `${salt}:${workspaceId === null ? '' : `${workspaceId}:`}${targetingKey}`;
  const bucket =
    drawn.get(unit) ?? Math.floor((createHash('sha256').update(unit).digest().readUInt32BE(0) * 100_000) / 2 ** 32);
  drawn.set(unit, bucket);
  return bucket;
}
