import { type Violation, violation } from '../contract/violation.ts';
import type { FeatureDefinition } from './feature.ts';
import { type Exposure, largestReach } from './flagDocument.ts';
import { sameJson } from './sameJson.ts';

type Told = Pick<FeatureDefinition, 'variants' | 'prerequisites'>;
type Met = Pick<Exposure, 'grants' | 'raises' | 'live'>;

/**
 * What of a change of the definition would let somebody meet the feature without a contract (SLU-DOOR), all of it at once. `off` is
 * what everybody outside the exposure gets, so it never changes; what people meet, and what it needs, are as they were promised it.
 */
export function raisedBy(before: Told, after: Told, exposure: Met): readonly Violation[] {
  const off = sameJson(after.variants.off, before.variants.off) ? [] : [offChanged(after)];
  if (!isMet(exposure)) return off;
  const on = sameJson(after.variants.on, before.variants.on) ? [] : [onChanged(after)];
  return [...off, ...on, ...dropped(before, after)];
}

const isMet = (exposure: Met) => exposure.live !== null || largestReach(exposure) > 0;

function offChanged({ variants }: Told): Violation {
  const allowed = 'what it was when the feature was created';
  const message = 'everybody outside the exposure gets `off`: it never changes; another one takes another feature';
  return violation('VARIANT_OFF_FIXED', ['variants', 'off'], variants.off, allowed, message);
}

function onChanged({ variants }: Told): Violation {
  const allowed = 'what it is, while there are grants, raised workspaces or a live rollout';
  return violation('VARIANT_ON_MET', ['variants', 'on'], variants.on, allowed, 'people meet `on` as it is');
}

function dropped(before: Told, after: Told): readonly Violation[] {
  const isKept = (needed: Told['prerequisites'][number]) => after.prerequisites.some((kept) => sameJson(kept, needed));
  return before.prerequisites
    .filter((needed) => !isKept(needed))
    .map(({ feature }) => {
      const message = `people meet the feature: a prerequisite may be added, and ${feature} not be dropped`;
      return violation('PREREQUISITE_DROPPED', ['prerequisites'], after.prerequisites, `with ${feature}`, message);
    });
}
