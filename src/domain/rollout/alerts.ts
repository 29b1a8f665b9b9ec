import type { Verdict } from '../health/verdict.ts';
import type { EntryDraft } from '../ledger/entry.ts';
import { draft, type Saying } from './draft.ts';
import { describeCounted, hasReachedLimit } from './limit.ts';
import type { Poll } from './poll.ts';
import { isLive, type RolloutState } from './state.ts';

/** What this poll begins and ends: of each alert one entry when it begins, none while it stands, one when its criterion passes again. */
export function alertEntries(rollout: RolloutState, poll: Poll, saying: Saying): readonly EntryDraft[] {
  if (!isLive(rollout)) return [];
  const because: Saying = { ...saying, reason: 'criterion' };
  const alerts = poll.verdicts.filter(({ severity }) => severity === 'alert');
  const begun = alerts.filter((verdict) => isAlarming(poll, verdict) && !stands(rollout, verdict));
  const over = alerts.filter((verdict) => verdict.outcome === 'pass' && stands(rollout, verdict));
  return [
    ...begun.map((verdict) => {
      const data = { criterion: verdict.key, sli: verdict.sli, detail: describeCounted(poll, verdict) };
      return draft(rollout, because, { type: 'alerted', data });
    }),
    ...over.map(({ key: criterion, sli }) =>
      draft(rollout, because, { type: 'alertResolved', data: { criterion, sli } }),
    ),
  ];
}

const isAlarming = (poll: Poll, verdict: Verdict) =>
  !verdict.dryRun && verdict.outcome === 'fail' && hasReachedLimit(poll, verdict);

const stands = ({ alerts }: RolloutState, { key }: Verdict) => alerts.some(({ criterion }) => criterion === key);
