import type { FlagDocument } from './flagDocument.ts';

/** Some features and, transitively, their prerequisites: all that an evaluation of these can look at, there or not. */
export function prerequisiteReach(
  features: readonly string[],
  document: (feature: string) => FlagDocument | undefined,
): ReadonlySet<string> {
  const reach = new Set(features);
  // What is added on the way is walked through, too.
  for (const feature of reach) {
    for (const prerequisite of document(feature)?.prerequisites ?? []) reach.add(prerequisite.feature);
  }
  return reach;
}
