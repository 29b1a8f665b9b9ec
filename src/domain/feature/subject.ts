import { bucketOf, unitOf } from './bucketing.ts';
import { type Cohort, cohortOf } from './cohort.ts';
import type { EvaluationContext } from './context.ts';
import type { FlagDocument } from './flagDocument.ts';
import type { Grant } from './grants.ts';
import { matches } from './scope.ts';
import { FULL_THRESHOLD } from './threshold.ts';
import { ofWorkspace } from './workspace.ts';

/** Where evaluation finds what lies outside the document. Synchronous: no lookup ever waits. */
export type Lookup = {
  readonly document: (feature: string) => FlagDocument | undefined;
  readonly hardKilled: (feature: string) => boolean;
  /** True where nothing has refreshed the documents for the rollback deadline. */
  readonly isStale: () => boolean;
};

const UNKNOWN = -2;
const NO_GRANT = -1;

/** One question: this document, for this context. Works out at most once, and only if asked, what several steps need. */
export class Subject {
  readonly document: FlagDocument;
  readonly context: EvaluationContext;
  readonly lookup: Lookup;
  /** Features that this lookup asked on the way here: false while still being asked, true once found on. */
  readonly asked: Map<string, boolean> | null;
  #bucket: number | null | undefined = undefined;
  #grant = UNKNOWN;

  constructor(
    document: FlagDocument,
    context: EvaluationContext,
    lookup: Lookup,
    asked: Map<string, boolean> | null = null,
  ) {
    this.document = document;
    this.context = context;
    this.lookup = lookup;
    this.asked = asked;
  }

  /** 0 to 99 999; null without a targeting key. */
  bucket(): number | null {
    if (this.#bucket === undefined) {
      const unit = unitOf(this.context);
      this.#bucket = unit === null ? null : bucketOf(this.document.salt, unit);
    }
    return this.#bucket;
  }

  /** Index of the widest grant whose scope the context lies in; null where there is none that meets anybody. */
  grantIndex(): number | null {
    if (this.#grant === UNKNOWN) this.#grant = widestMatch(this.document.grants, this.context);
    return this.#grant === NO_GRANT ? null : this.#grant;
  }

  /** That grant itself. */
  grant(): Grant | null {
    const index = this.grantIndex();
    return index === null ? null : (this.document.grants[index] ?? null);
  }

  /** The cap on the context's workspace; null where it has none. */
  cap(): number | null {
    return ofWorkspace(this.document.caps, this.context.workspaceId);
  }

  /** How far the context's workspace is met beyond the grants; null where it has no such override. */
  raise(): number | null {
    return ofWorkspace(this.document.raises, this.context.workspaceId);
  }

  /** How far this context is met: by the widest grant, or by what its workspace has beyond it. */
  reach(): number {
    return Math.max(this.grant()?.threshold ?? 0, this.raise() ?? 0);
  }

  /** The side of the live rollout's comparison; null with no live rollout, outside its scope, or with no unit to draw. */
  cohort(): Cohort | null {
    const { live, grants } = this.document;
    const grant = live === null ? undefined : grants[live.grant];
    if (grant === undefined || !matches(grant.scope, this.context)) return null;
    // Everyone is in treatment then, whoever they are: no unit is needed to say so.
    if (grant.threshold === FULL_THRESHOLD && this.cap() === null) return 'treatment';
    const bucket = this.bucket();
    if (bucket === null) return null;
    const cohort = cohortOf(grant.threshold, bucket);
    return this.#standsOut(grant.threshold, bucket) ? 'rest' : cohort;
  }

  /** Met, or not met, by an override of the workspace against what the rollout says: no evidence for either side. */
  #standsOut(threshold: number, bucket: number): boolean {
    const isExposed = bucket < Math.min(Math.max(threshold, this.raise() ?? 0), this.cap() ?? FULL_THRESHOLD);
    return isExposed !== bucket < threshold;
  }
}

function widestMatch(grants: FlagDocument['grants'], context: EvaluationContext): number {
  let widest = NO_GRANT;
  let highest = 0;
  // By index: `entries` makes a pair for each, at every lookup.
  for (let index = 0; index < grants.length; index += 1) {
    const grant = grants[index];
    if (grant === undefined || grant.threshold <= highest || !matches(grant.scope, context)) continue;
    widest = index;
    highest = grant.threshold;
  }
  return widest;
}
