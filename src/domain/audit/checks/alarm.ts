import type { Poll } from '../../rollout/poll.ts';
import type { Life } from '../books/life.ts';
import { dataOf, type Told } from '../books/told.ts';
import { hasFailedForCount } from '../table/criteria.ts';
import { when } from './look.ts';

/** What begins and ends by what a tick found, and decides nothing. */
export const isAlarm = ({ type }: Told) => type === 'alerted' || type === 'alertResolved';

/** An alert is borne out by the measurement in its entry: a criterion that may alert has failed for its count, or passes again. */
export function borneOut(told: Told, judged: Life, poll: Poll | null): readonly string[] {
  const { criterion = '' } = dataOf(told, 'alerted', 'alertResolved') ?? {};
  const verdict = poll?.epoch === judged.epoch ? poll.verdicts.find(({ key }) => key === criterion) : undefined;
  if (poll === null || verdict === undefined) return [`rests on no measurement of ${criterion} at this exposure`];
  const mayAlert = verdict.severity === 'alert' && !verdict.dryRun;
  const isSo = told.type === 'alerted' ? hasFailedForCount(poll, verdict) : verdict.outcome === 'pass';
  return [
    ...when(told.reason !== 'criterion', `says ${told.reason} and not what it is for`),
    ...when(!mayAlert, `${criterion} is no criterion that alerts`),
    ...when(!isSo, `${criterion} comes out as ${verdict.outcome}, and it says ${told.type}`),
  ];
}
