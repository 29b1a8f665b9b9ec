import type { ScopedContext } from './scope.ts';

/** Who asks, as far as evaluation looks. An attribute that was not given is null, or no groups. */
export type EvaluationContext = ScopedContext & {
  readonly targetingKey: string | null;
  readonly workspaceId: string | null;
};

export type ReadContext =
  | { readonly kind: 'context'; readonly context: EvaluationContext }
  | { readonly kind: 'invalid'; readonly errorCode: 'INVALID_CONTEXT'; readonly errorDetails: string };

/** Longer texts and lists are refused: every one of them is hashed or compared at every lookup. */
const LONGEST_TEXT = 4096;
const MOST_GROUPS = 1000;

/**
 * Reads the attributes that evaluation knows, `targetingKey`, `workspaceId`, `groups`, `region` and `tier`, out of whatever
 * arrived; all others are ignored. Null, `undefined` and (of the two keys) the empty text mean "not given". Never throws.
 * Written by hand: it runs at every lookup, and in services that have no schema library.
 */
export function readContext(input: unknown): ReadContext {
  if (input === undefined) return { kind: 'context', context: NOBODY };
  if (!isRecord(input)) return invalid('the context must be an object');
  const targetingKey = textOf(input, 'targetingKey');
  const workspaceId = textOf(input, 'workspaceId');
  const region = textOf(input, 'region');
  const tier = textOf(input, 'tier');
  const groups = groupsOf(input);
  if (targetingKey === ODD) return invalid(`targetingKey ${TEXT_RULE}`);
  if (workspaceId === ODD) return invalid(`workspaceId ${TEXT_RULE}`);
  if (region === ODD) return invalid(`region ${TEXT_RULE}`);
  if (tier === ODD) return invalid(`tier ${TEXT_RULE}`);
  if (groups === ODD) return invalid(`groups must be a list of at most ${MOST_GROUPS}; each ${TEXT_RULE}`);
  // An empty key would put a whole population into one bucket; an empty workspace would move its users to other ones.
  const context = { targetingKey: targetingKey || null, workspaceId: workspaceId || null, groups, region, tier };
  return { kind: 'context', context };
}

const NOBODY: EvaluationContext = { targetingKey: null, workspaceId: null, groups: [], region: null, tier: null };
const TEXT_RULE = `must be text of at most ${LONGEST_TEXT} characters without U+0000 and lone surrogates`;
const ODD = Symbol('odd');

const invalid = (errorDetails: string): ReadContext => ({
  kind: 'invalid',
  errorCode: 'INVALID_CONTEXT',
  errorDetails,
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// Own members only: what an attacker may have put on a prototype is nobody's attribute.
const memberOf = (input: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(input, name) ? input[name] : undefined;

// A lone surrogate has no UTF-8: other languages would hash something else. U+0000 is refused by every other route too.
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= LONGEST_TEXT && value.isWellFormed() && !value.includes('\u0000');

function textOf(input: Readonly<Record<string, unknown>>, name: string): string | null | typeof ODD {
  const value = memberOf(input, name);
  if (value === undefined || value === null) return null;
  return isText(value) ? value : ODD;
}

function groupsOf(input: Readonly<Record<string, unknown>>): readonly string[] | typeof ODD {
  const value = memberOf(input, 'groups');
  if (value === undefined || value === null) return NOBODY.groups;
  return Array.isArray(value) && value.length <= MOST_GROUPS && value.every(isText) ? value : ODD;
}
