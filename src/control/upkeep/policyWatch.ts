import type { Log } from '../ports/log.ts';
import { type PolicyInForce, replacedText } from '../validation/policyInForce.ts';

/** Says aloud, again and again, that this process runs by a policy that was replaced: it refuses to judge until it is started anew. */
export async function watchPolicy(inForce: PolicyInForce, log: Log): Promise<void> {
  const replacement = await inForce.replacement();
  if (replacement !== null) log.error({ since: replacement.sinceMs }, replacedText(replacement));
}
