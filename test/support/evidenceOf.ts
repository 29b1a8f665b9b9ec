import type { VerdictEvidence } from '../../src/domain/health/verdict.ts';

type OfKind<Kind extends VerdictEvidence['kind']> = Extract<VerdictEvidence, { kind: Kind }>;

/** The evidence of a verdict, which must be of this kind. */
export function evidenceOf<Kind extends VerdictEvidence['kind']>(
  kind: Kind,
  verdict: { readonly evidence: VerdictEvidence | null } | undefined,
): OfKind<Kind> {
  const evidence = verdict?.evidence;
  if (evidence?.kind !== kind) throw new Error(`no evidence of kind ${kind}: ${JSON.stringify(verdict)}`);
  return evidence as OfKind<Kind>;
}
