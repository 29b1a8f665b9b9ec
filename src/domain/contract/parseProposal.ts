import { type Proposal, proposalSchema } from './contract.ts';
import { parseInput } from './parseInput.ts';
import { laterComparison } from './rules/notYetSupported.ts';
import { jsonPath, type Path, type Violation } from './violation.ts';

/** A proposal as it was sent, its defaults filled in; where it does not fit the schema, every mistake at once. */
export function parseProposal(
  input: unknown,
):
  | { readonly ok: true; readonly proposal: Proposal }
  | { readonly ok: false; readonly violations: readonly Violation[] } {
  const parsed = parseInput(proposalSchema, input);
  if (parsed.ok) return { ok: true, proposal: parsed.value };
  return { ok: false, violations: withLaterComparisons(parsed.violations, input) };
}

/** A comparison of a later version has fields of its own: it is told as such, not as fields that are unknown or missing. */
function withLaterComparisons(violations: readonly Violation[], input: unknown): readonly Violation[] {
  const later = sentCriteria(input).filter(({ criterion, at }) => laterComparison(criterion, at).length > 0);
  const places = later.map(({ at }) => jsonPath(at));
  const others = violations.filter(
    ({ rule, path }) => rule !== 'SCHEMA' || !places.some((place) => path.startsWith(place)),
  );
  return [...others, ...later.flatMap(({ criterion, at }) => laterComparison(criterion, at))];
}

type Sent = { readonly value: unknown; readonly at: Path };
type SentCriterion = { readonly criterion: Readonly<Record<string, unknown>>; readonly at: Path };

function sentCriteria(input: unknown): readonly SentCriterion[] {
  const wedge = member({ value: input, at: [] }, 'rolloutWedge');
  return items(member(wedge, 'wedgeStages'))
    .flatMap((stage) => ['successCriteria', 'rollbackTrigger'].flatMap((list) => items(member(stage, list))))
    .flatMap(({ value, at }) => (isRecord(value) ? [{ criterion: value, at }] : []));
}

function member({ value, at }: Sent, key: string): Sent {
  return { value: isRecord(value) ? value[key] : undefined, at: [...at, key] };
}

function items({ value, at }: Sent): readonly Sent[] {
  return Array.isArray(value) ? value.map((item: unknown, index) => ({ value: item, at: [...at, index] })) : [];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
