import type { PollCounts } from '../statistics/armCounts.ts';
import type { Counted, CountQuery } from './countQuery.ts';
import { type Finding, inconclusive } from './finding.ts';
import type { Verdict } from './verdict.ts';

/** Between what counting lies, but for where it stands. */
export type GuardSpan = { readonly exposureChangedAtMs: number; readonly untilMs: number };

/** What is looked at beside the stage's criteria, with what is to be counted for it. */
export type PlannedGuard = {
  /** Of its verdict, unlike any criterion's. */
  readonly key: string;
  /** Why nothing is asked; null where it is. */
  readonly unasked: 'notBegun' | 'exposureChanged' | 'clockWentBack' | null;
  readonly query: CountQuery | null;
};

/** What was counted in this poll, or why nothing is known: no data fails nothing. */
export function seenIn(
  { unasked }: PlannedGuard,
  counted: Counted | null,
): { readonly poll: PollCounts } | { readonly lack: Finding } {
  const lack = (reason: Verdict['reason'], detail: string) => ({ lack: inconclusive(reason, detail) });
  if (unasked === 'clockWentBack') return lack('missing', 'counted already up to a later time: the clock went back');
  if (counted === null) return lack('windowNotFull', 'counting begins with this poll');
  if (counted.kind === 'unanchored') return lack('missing', counted.detail);
  if (counted.kind !== 'counted') return lack(counted.kind, counted.detail);
  return { poll: counted.poll };
}

/** Nobody can make a dry run of a guard. */
export const guardVerdict = (
  of: Pick<Verdict, 'key' | 'sli' | 'severity' | 'consecutive'>,
  finding: Finding,
): Verdict => ({ ...of, role: 'guard', polls: null, dryRun: false, ...finding });

/** The condition of a guard, as of a trigger, is that something is wrong. */
export const foundWrong = (isWrong: boolean): Pick<Finding, 'outcome' | 'reason'> =>
  isWrong ? { outcome: 'fail', reason: 'holds' } : { outcome: 'pass', reason: 'doesNotHold' };
