import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PolicyFit } from '../../validation/policyFit.ts';
import { type PolicyInForce, replacedText } from '../../validation/policyInForce.ts';
import type { PreflightSubject } from './subject.ts';

/** The contract keeps the rules of this day, and this process knows them. */
export async function policyKept(
  policyFit: PolicyFit,
  inForce: PolicyInForce,
  { rollout, feature }: PreflightSubject,
): Promise<Finding> {
  const replacement = await inForce.replacement();
  if (replacement !== null) return { item: 'policy', ok: false, detail: replacedText(replacement) };
  const violations = await policyFit.broken(rollout, feature);
  const broken = violations.map(({ rule }) => rule);
  const detail =
    broken.length === 0
      ? 'the contract keeps the rules of today'
      : `the contract breaks stricter rules of today: ${broken.join(', ')}; propose it again`;
  return { item: 'policy', ok: broken.length === 0, detail };
}
