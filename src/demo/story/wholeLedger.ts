import { type Entry, ledgerAnswer } from '../sluice/answers.ts';
import type { Session } from '../sluice/session.ts';

/** All entries of a rollout, page by page. */
export async function wholeLedger(rolloutId: string, session: Session): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await session.get(`/v1/rollouts/${rolloutId}/ledger?limit=200${from}`, ledgerAnswer);
    entries.push(...page.items);
    cursor = page.nextCursor;
  }
  return entries;
}
