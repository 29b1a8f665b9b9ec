import type { Entry, EntryDraft, EntryType } from '../domain/ledger/entry.ts';
import type { Notice, NoticeChange } from './ports/outbox.ts';

/** The entries that people want to hear of. */
const TOLD: Readonly<Partial<Record<EntryType, Notice['kind']>>> = {
  started: 'started',
  advanced: 'advanced',
  alerted: 'alerted',
  paused: 'paused',
  resumed: 'resumed',
  rolledBack: 'rolledBack',
  completed: 'completed',
  killed: 'killed',
  exposureConfirmed: 'exposureConfirmed',
  waiverExpired: 'waiverExpired',
  healthVerified: 'healthVerified',
};

/** What to tell about these entries; a dry run exposes nobody and says nothing. */
export function noticesOf(drafts: readonly EntryDraft[]): readonly Notice[] {
  return drafts.flatMap((draft) => {
    const kind = kindOf(draft);
    if (kind === null || draft.dryRun || draft.feature === null) return [];
    const { feature, rollout: rolloutId, atMs } = draft;
    const urgency = urgencyOf(draft);
    return [{ kind, urgency, feature, rolloutId, text: textOf(draft), atMs, change: changeOf(draft) }];
  });
}

function kindOf(draft: EntryDraft): Notice['kind'] | null {
  if (draft.type === 'held' && draft.reason === 'approval') return 'awaitApproval';
  if (draft.type === 'rollbackStep') return draft.data.begins === null ? null : 'rollingBack';
  return TOLD[draft.type] ?? null;
}

function urgencyOf(draft: EntryDraft): Notice['urgency'] {
  // Somebody may still serve what was taken back.
  if (draft.type === 'exposureConfirmed' && draft.data.unheardCount > 0) return 'incident';
  if (draft.type === 'healthVerified' && draft.data.outcome === 'notRecovered') return 'page';
  return draft.type === 'rolledBack' && draft.data.automatic ? 'incident' : 'news';
}

function changeOf(draft: EntryDraft): NoticeChange {
  return {
    stage: draft.stage,
    percentageFrom: draft.percentageBefore ?? 0,
    percentageTo: draft.percentageAfter ?? 0,
    reason: draft.reason,
    detail: 'detail' in draft.data ? draft.data.detail : draft.comment,
  };
}

function textOf(draft: EntryDraft): string {
  if (draft.type === 'waiverExpired') return waiverText(draft);
  if (draft.type === 'alerted') return `${draft.feature}: a review is asked for: ${draft.data.detail}`;
  if (draft.type === 'exposureConfirmed') return confirmationText(draft);
  const { percentageFrom, percentageTo, reason, detail } = changeOf(draft);
  const said = draft.type === 'healthVerified' ? `${draft.type} ${draft.data.outcome}` : draft.type;
  const what = `${draft.feature}: ${said} ${percentageFrom} % → ${percentageTo} %`;
  const why = detail ?? reason ?? '';
  return why === '' ? what : `${what} (${why})`;
}

function waiverText({ feature, data }: Extract<EntryDraft, { type: 'waiverExpired' }>): string {
  const what = `${feature}: waiver ${data.waiverId} of ${data.rules.join(', ')} has ended`;
  return `${what} (a rollout that rests on it rises no further until a new one is approved)`;
}

function confirmationText({ feature, data }: Extract<EntryDraft, { type: 'exposureConfirmed' }>): string {
  const seconds = (data.confirmedAtMs - data.triggeredAtMs) / 1000;
  const heard = `${data.heardCount} replicas and providers serve it`;
  if (data.unheardCount === 0) return `${feature}: the closing is confirmed after ${seconds} s, ${heard}`;
  return `${feature}: the closing is not confirmed by ${data.unheard.join(', ')} after ${seconds} s (${heard})`;
}

/** What lookups see after these entries; null where they change nothing that lookups see. */
export function exposureIn(entries: readonly Entry[]) {
  const last = entries.findLast((entry) => !entry.dryRun && 'exposure' in entry.data);
  return last !== undefined && 'exposure' in last.data ? last.data.exposure : null;
}
