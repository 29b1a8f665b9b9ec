import type { Principal } from '../../domain/governance/role.ts';
import { requireReach } from '../auth.ts';
import { LookupFailed } from './failure.ts';
import { contextIn } from './lookupBody.ts';
import type { LookupDeps } from './lookupDeps.ts';

/**
 * The text of the answer about one flag. `body`: as it was sent.
 * @throws LookupFailed, Refusal
 */
export function singleAnswer(
  key: string,
  body: unknown,
  principal: Principal,
  { flags, telemetry, texts }: LookupDeps,
): string {
  const began = performance.now();
  requireReach(principal, key);
  const evaluation = flags.evaluate(key, contextIn(body));
  if (evaluation.kind === 'failed') throw new LookupFailed(evaluation.errorCode, evaluation.errorDetails);
  telemetry.lookup(key, evaluation.variant);
  const { text } = texts.of(key, evaluation);
  telemetry.lookupSeconds((performance.now() - began) / 1000);
  return text;
}
