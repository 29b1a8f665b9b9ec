import { type Proposal, proposalSchema } from './contract.ts';
import { parseInput } from './parseInput.ts';
import type { Violation } from './violation.ts';

/** A proposal as it was sent, its defaults filled in; where it does not fit the schema, every mistake at once. */
export function parseProposal(
  input: unknown,
):
  | { readonly ok: true; readonly proposal: Proposal }
  | { readonly ok: false; readonly violations: readonly Violation[] } {
  const parsed = parseInput(proposalSchema, input);
  return parsed.ok ? { ok: true, proposal: parsed.value } : parsed;
}
