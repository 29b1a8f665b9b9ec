import type { Finding } from '../../../domain/rollout/preflight.ts';
import type { PolicyFit } from '../../validation/policyFit.ts';
import type { PreflightSubject } from './subject.ts';

export function policyKept(policyFit: PolicyFit, { rollout, feature }: PreflightSubject): Finding {
  const broken = policyFit(rollout, feature).map(({ rule }) => rule);
  const detail =
    broken.length === 0
      ? 'the contract keeps the rules of today'
      : `the contract breaks stricter rules of today: ${broken.join(', ')}; propose it again`;
  return { item: 'policy', ok: broken.length === 0, detail };
}
