import type { Trigger } from '../../health/criterion.ts';
import type { Verdict } from '../../health/verdict.ts';
import type { EntryData } from '../../ledger/entry.ts';
import type { Books } from '../books/books.ts';
import type { Awaited } from '../books/healthBook.ts';
import { dataOf, isByPerson, type Told } from '../books/told.ts';
import { HOLDS } from '../condition.ts';
import { type Look, when } from './look.ts';

type Verified = EntryData['healthVerified'];

const LEAST_SECONDS = 60;
/** Without data it may be given up after as many windows. */
const WINDOWS = 3;

/** Whether a rollback has helped is said once, by what was measured after it, of the triggers that would roll back again. */
export const health: Look = (told, books) => {
  const verified = dataOf(told, 'healthVerified');
  if (verified === null) return null;
  const awaited = books.health.get(told.rollout);
  if (awaited === null) return ['tells of the health after a rollback that is not there, or told of already'];
  return [
    ...when(isByPerson(told), 'is a person’s word, and not a measurement'),
    ...when(verified.sinceMs !== awaited.sinceMs, 'speaks of another time than that of the rollback'),
    ...judged(verified, awaited),
    ...inTime(told, books, verified, awaited),
    ...when(verified.outcome !== outcomeOf(told, books, verified), `says ${verified.outcome} against its own verdicts`),
  ];
};

/** All that can be judged without a control, and nothing that the stage does not have. */
function judged({ verdicts }: Verified, { triggers }: Awaited): readonly string[] {
  const missing = triggers.flatMap((trigger, index) => {
    const isNeeded = decides(trigger) && trigger.compare === 'absolute';
    return when(isNeeded && !verdicts.some(({ key }) => key === `trigger/${index}`), `trigger/${index} was not judged`);
  });
  return [...missing, ...verdicts.flatMap((verdict) => foreign(verdict, triggers))];
}

const decides = ({ severity, dryRun }: Trigger) => severity === 'rollback' && !dryRun;

function foreign({ key, sli, value, outcome }: Verdict, triggers: readonly Trigger[]): readonly string[] {
  const trigger = triggers.find((one, index) => `trigger/${index}` === key && one.sli === sli && decides(one));
  if (trigger === undefined) return [`${key} (${sli}) is no trigger that rolls back`];
  if (trigger.compare !== 'absolute' || outcome === 'inconclusive') return [];
  const fails = value !== null && HOLDS[trigger.operator](value, trigger.threshold);
  return when(value === null || fails !== (outcome === 'fail'), `${key} (${sli}) is said to ${outcome} at ${value}`);
}

function outcomeOf({ rollout }: Told, books: Books, { verdicts, outcome }: Verified): Verified['outcome'] {
  // What is measured while another one is live is not told of this one.
  if (outcome === 'unknown' && books.running().some(({ id }) => id !== rollout)) return 'unknown';
  if (verdicts.some((verdict) => verdict.outcome === 'fail')) return 'notRecovered';
  const all = verdicts.length > 0 && verdicts.every((verdict) => verdict.outcome === 'pass');
  return all ? 'recovered' : 'unknown';
}

/** Every window lies after the rollback; and nobody gives up before there was time enough. */
function inTime(
  { atMs, rollout }: Told,
  books: Books,
  { outcome, verdicts }: Verified,
  { sinceMs, triggers }: Awaited,
) {
  const seconds = triggers.map((trigger) => ('windowSeconds' in trigger ? trigger.windowSeconds : 0));
  const windowMs = 1000 * Math.max(LEAST_SECONDS, ...seconds);
  const isEarly = !(atMs - sinceMs >= windowMs);
  const isGivenUp = outcome === 'unknown' && verdicts.length > 0 && !books.running().some(({ id }) => id !== rollout);
  return [
    ...when(isEarly, `comes ${atMs - sinceMs} ms after the rollback, and the longest window is ${windowMs}`),
    ...when(isGivenUp && !(atMs - sinceMs >= WINDOWS * windowMs), 'is given up before there was time enough'),
  ];
}
