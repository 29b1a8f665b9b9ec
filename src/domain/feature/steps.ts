import { EVERYONE, sameScope } from './scope.ts';
import { Subject } from './subject.ts';
import { FULL_THRESHOLD } from './threshold.ts';

/** What decided a lookup, in the order in which they are asked. `stale`: closed because nothing refreshed the document. */
export type StepName = 'hardKill' | 'killed' | 'stale' | 'prerequisite' | 'workspaceCap' | 'grants';

/**
 * OFREP's reasons, as far as a feature with a value has them: `SPLIT` where the bucket decided. `DISABLED` would tell a provider that
 * there is no value, and every feature has two: one that is off says `off`, and why.
 */
export type Reason = 'STATIC' | 'TARGETING_MATCH' | 'SPLIT';

/** What a step says: on or off and why; or that it would take a targeting key to say. */
export type Decision =
  | { readonly kind: 'decided'; readonly on: boolean; readonly reason: Reason; readonly because?: string }
  | { readonly kind: 'targetingKeyMissing'; readonly because?: string };

type Step = { readonly name: StepName; readonly decide: (subject: Subject) => Decision | null };

/** First that decides wins; null passes on. `grants` always decides. Both `evaluate` and `explain` go through this list. */
export const STEPS: readonly Step[] = [
  { name: 'hardKill', decide: ({ lookup, document }) => (lookup.hardKilled(document.feature) ? OFF : null) },
  { name: 'killed', decide: ({ document }) => (document.killed ? OFF : null) },
  {
    name: 'stale',
    decide: ({ lookup, document }) => (document.live?.whenStale === 'close' && lookup.isStale() ? OFF : null),
  },
  { name: 'prerequisite', decide: byPrerequisites },
  { name: 'workspaceCap', decide: byCap },
  { name: 'grants', decide: byGrants },
];

/** The first decision, and the step that took it. */
export function decide(subject: Subject): { readonly step: StepName; readonly decision: Decision } {
  for (const step of STEPS) {
    const decision = step.decide(subject);
    if (decision !== null) return { step: step.name, decision };
  }
  throw new Error('the last step always decides');
}

const OFF: Decision = { kind: 'decided', on: false, reason: 'STATIC' };
const ON: Decision = { kind: 'decided', on: true, reason: 'STATIC' };
const ON_BY_SCOPE: Decision = { kind: 'decided', on: true, reason: 'TARGETING_MATCH' };
const ON_BY_BUCKET: Decision = { kind: 'decided', on: true, reason: 'SPLIT' };
const OFF_BY_BUCKET: Decision = { kind: 'decided', on: false, reason: 'SPLIT' };
const KEY_MISSING: Decision = { kind: 'targetingKeyMissing' };

/** A longer chain of prerequisites is off: it is a mistake, and must not cost a lookup its stack. */
const DEEPEST_PREREQUISITE = 32;

function byPrerequisites(subject: Subject): Decision | null {
  const { prerequisites, feature } = subject.document;
  if (prerequisites.length === 0) return null;
  const asked = subject.asked ?? new Map<string, boolean>();
  asked.set(feature, false);
  for (const needed of prerequisites) {
    const decision = askPrerequisite(needed.feature, subject, asked);
    if (decision.kind === 'targetingKeyMissing') return { ...decision, because: needed.feature };
    if (!decision.on) return { ...decision, because: needed.feature };
  }
  return null;
}

function askPrerequisite(feature: string, { context, lookup }: Subject, asked: Map<string, boolean>): Decision {
  const before = asked.get(feature);
  // Still being asked: a cycle, which nobody can enter.
  if (before !== undefined) return before ? ON : OFF;
  const document = lookup.document(feature);
  if (document === undefined || depthOf(asked) >= DEEPEST_PREREQUISITE) return OFF;
  asked.set(feature, false);
  const { decision } = decide(new Subject(document, context, lookup, asked));
  asked.set(feature, decision.kind === 'decided' && decision.on);
  return decision;
}

function depthOf(asked: ReadonlyMap<string, boolean>): number {
  let depth = 0;
  for (const isOn of asked.values()) if (!isOn) depth += 1;
  return depth;
}

function byCap(subject: Subject): Decision | null {
  const cap = subject.cap();
  if (cap === null || cap === FULL_THRESHOLD || subject.reach() === 0) return null;
  if (cap === 0) return OFF;
  const bucket = subject.bucket();
  if (bucket === null) return KEY_MISSING;
  return bucket < cap ? null : OFF_BY_BUCKET;
}

function byGrants(subject: Subject): Decision {
  const reach = subject.reach();
  if (reach === 0) return OFF;
  if (reach === FULL_THRESHOLD) {
    // A cap in between let this bucket through: then the bucket decided.
    if ((subject.cap() ?? FULL_THRESHOLD) < FULL_THRESHOLD) return ON_BY_BUCKET;
    const scope = subject.grant()?.threshold === reach ? subject.grant()?.scope : undefined;
    return scope !== undefined && sameScope(scope, EVERYONE) ? ON : ON_BY_SCOPE;
  }
  const bucket = subject.bucket();
  if (bucket === null) return KEY_MISSING;
  return bucket < reach ? ON_BY_BUCKET : OFF_BY_BUCKET;
}
