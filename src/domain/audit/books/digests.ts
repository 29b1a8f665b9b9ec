import { sha256OfJson } from '../canonicalText.ts';
import { list, type Members, members } from '../read.ts';

/** What the embedded contract and policy of a `proposed` or `created` entry come to, made once: they are most of a chain's text. */
export type Digests = {
  readonly contract: string;
  readonly policy: string;
  readonly waivers: string;
  /** Of the contract without its id. Empty where nothing needs it: a rollout that no waiver covers. */
  readonly plan: string;
};

const EMBEDDING: readonly string[] = ['proposed', 'created'];

/** null for an entry that embeds nothing. */
export function digestsIn(type: string, data: Members): Digests | null {
  if (!EMBEDDING.includes(type)) return null;
  const { id: _, ...plan } = members(data['contract'], 'data.contract');
  const needsPlan = type === 'proposed' || list(data['waivers'], 'data.waivers').length > 0;
  return {
    contract: sha256OfJson(data['contract']),
    policy: sha256OfJson(data['policy']),
    waivers: sha256OfJson(data['waivers']),
    plan: needsPlan ? sha256OfJson(plan) : '',
  };
}
