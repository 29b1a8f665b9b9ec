import { isKnownAt, isReplica, type Member } from './member.ts';
import type { PendingConfirmation } from './pendingConfirmation.ts';

/** `version`: of the feature's document that it says it serves; null where it has said nothing lately. */
export type ServingMember = Member & { readonly version: number | null };

export type Confirmation = { readonly heard: readonly string[]; readonly unheard: readonly string[] };

export type Asked = {
  /** Of the document, as stores and members count. */
  readonly version: number;
  /** Whether the members are all that anybody knows of. */
  readonly isWhole: boolean;
  readonly nowMs: number;
  readonly deadlineMs: number;
};

/** Names that an entry lists; the others are counted. Thousands of providers must not make it megabytes. */
const MOST_NAMES = 100;

/**
 * Who has the closing and who was not heard, once that can be said: when all who are awaited serve this version or a higher one, and
 * they are all that there are; at the latest when the deadline is over. Null before.
 */
export function confirmationOf(
  pending: PendingConfirmation,
  members: readonly ServingMember[],
  asked: Asked,
): Confirmation | null {
  const awaited = members.filter((member) => isAwaited(member, pending, asked));
  const [heard, unheard] = [
    awaited.filter((member) => serves(member, asked)),
    awaited.filter((member) => !serves(member, asked)),
  ];
  const isSure = unheard.length === 0 && asked.isWhole;
  if (!isSure && asked.nowMs < pending.sinceMs + asked.deadlineMs) return null;
  return { heard: namesOf(heard), unheard: namesOf(unheard) };
}

/**
 * Known when the wait began; by a clock that was set back since, known now. A provider that came later began with what a replica served
 * then; and replicas are all awaited.
 */
function isAwaited(member: Member, { sinceMs }: PendingConfirmation, { nowMs, deadlineMs }: Asked): boolean {
  return isKnownAt(member, Math.min(sinceMs, nowMs), deadlineMs) && (isReplica(member) || member.sinceMs <= sinceMs);
}

export const serves = ({ version }: ServingMember, wanted: Pick<Asked, 'version'>) =>
  version !== null && version >= wanted.version;

/** As the entry says it. */
export function confirmationSaid(
  pending: PendingConfirmation,
  { heard, unheard }: Confirmation,
  confirmedAtMs: number,
) {
  const { documentVersion, triggeredAtMs, removedAtMs } = pending;
  return {
    documentVersion,
    triggeredAtMs,
    removedAtMs,
    confirmedAtMs,
    heard: heard.slice(0, MOST_NAMES),
    heardCount: heard.length,
    unheard: unheard.slice(0, MOST_NAMES),
    unheardCount: unheard.length,
  };
}

const namesOf = (members: readonly Member[]) => members.map(({ name }) => name).sort();
