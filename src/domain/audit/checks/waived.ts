import { dataOf, isOpening } from '../books/told.ts';
import { wrongWaivers } from '../books/waiverBook.ts';
import { type Look, when } from './look.ts';

/** Each waiver in use is on the chain: for this plan, by two approvers who did not ask for it, and not past its end when something rises. */
export const waived: Look = (told, books) => {
  const proposed = dataOf(told, 'proposed');
  if (proposed !== null) {
    const { policy, waivers } = proposed;
    return wrongWaivers(books.waivers, waivers, { planDigest: told.digests?.plan ?? '', policy, atMs: told.atMs });
  }
  const created = dataOf(told, 'created');
  const contract = books.contracts.get(told.contract);
  if (created !== null) {
    if (contract === null) return null;
    const same = told.digests?.waivers === contract.waiversDigest;
    return [...contract.wrongWaivers, ...when(!same, 'its waivers are not those that were proposed')];
  }
  const life = books.lifeOf(told.rollout);
  if (life === null || life.dryRun || !isOpening(told)) return null;
  const rules = new Set(life.waivers.flatMap((use) => use.rules));
  const plan = { planDigest: life.planDigest, policy: life.policy, atMs: told.atMs };
  return [...rules]
    .filter((rule) => !books.waivers.covers(rule, plan))
    .map((rule) => `rises while no waiver lets it break ${rule}`);
};
