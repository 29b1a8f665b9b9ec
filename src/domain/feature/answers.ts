import type { Cohort } from './cohort.ts';
import type { VariantValue } from './feature.ts';
import type { FlagDocument } from './flagDocument.ts';
import { largestThreshold } from './grants.ts';
import type { Reason, StepName } from './steps.ts';
import { percentageOf } from './threshold.ts';

/** What a lookup tells beside the value; flat, and a member that does not apply is absent. */
type FlagMetadata = {
  /** Of the document that was evaluated. */
  readonly version: number;
  /** 0 to 100: how many of the live rollout's scope it meets; with none live, the widest grant. 0 where killed. */
  readonly percentage: number;
  readonly rolloutId?: string;
  readonly stage?: string;
  readonly cohort?: Cohort;
};

/** What an answer hangs on, beside its document. `cohort` is null where it played no part. */
type Outcome = {
  readonly variant: 'on' | 'off';
  readonly reason: Reason;
  readonly step: StepName;
  readonly cohort: Cohort | null;
};

/** An answer with a value. Frozen, and one and the same object each time: whoever gets it may keep what follows from it beside it. */
export type Resolved = Outcome & {
  readonly kind: 'resolved';
  readonly value: VariantValue;
  readonly metadata: FlagMetadata;
};

/** Forgotten with the document that they follow from. */
const made = new WeakMap<FlagDocument, Resolved[]>();

/**
 * A document's answer of this outcome. A document has a handful of them, whoever asks, and lookups are many: each is made once, since
 * making it again took more time than finding it, and left garbage.
 */
export function resolvedAs(
  document: FlagDocument,
  variant: Outcome['variant'],
  reason: Reason,
  step: StepName,
  cohort: Cohort | null,
): Resolved {
  const answers = made.get(document) ?? beginning(document);
  for (const known of answers) {
    if (known.cohort === cohort && known.variant === variant && known.reason === reason && known.step === step)
      return known;
  }
  const answer = resolved(document, { variant, reason, step, cohort });
  answers.push(answer);
  return answer;
}

function beginning(document: FlagDocument): Resolved[] {
  const answers: Resolved[] = [];
  made.set(document, answers);
  return answers;
}

function resolved(document: FlagDocument, outcome: Outcome): Resolved {
  const metadata = Object.freeze(metadataOf(document, outcome.cohort));
  return Object.freeze({ kind: 'resolved', value: document.variants[outcome.variant], ...outcome, metadata });
}

function metadataOf(document: FlagDocument, cohort: Cohort | null): FlagMetadata {
  const { version, live } = document;
  const percentage = percentageOf(shownThreshold(document));
  if (live === null) return { version, percentage };
  const { rolloutId, stage } = live;
  const metadata = { version, percentage, rolloutId, stage };
  return cohort === null ? metadata : { ...metadata, cohort };
}

function shownThreshold({ killed, live, grants }: FlagDocument): number {
  if (killed) return 0;
  const liveGrant = live === null ? undefined : grants[live.grant];
  return liveGrant === undefined ? largestThreshold(grants) : liveGrant.threshold;
}
