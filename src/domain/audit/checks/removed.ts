import type { Trigger } from '../books/featureBook.ts';
import { dataOf } from '../books/told.ts';
import type { Finding } from '../report.ts';
import { type Look, when } from './look.ts';

const CHECK = 'INV-RWG-ROLLBACK';

/** INV-RWG-ROLLBACK: from a trigger to the exposure gone within the deadline. One removal ends all that wait: it is the lowest. */
export const removed: Look = (told, books) => {
  const removal = dataOf(told, 'exposureRemoved');
  const { triggers } = books.feature;
  if (removal === null || triggers.length === 0) return null;
  return triggers.flatMap(({ atMs, deadlineMs }) => {
    const tookMs = removal.removedAtMs - atMs;
    return when(!(tookMs <= deadlineMs), `exposure was gone ${tookMs} ms after the trigger, of ${deadlineMs}`);
  });
};

/** What waits for its removal at `nowMs`: late where the deadline has passed, else not to be told yet. */
export function unremoved(triggers: readonly Trigger[], nowMs: number) {
  const told = triggers.map((trigger) => ({
    finding: findingOf(trigger),
    late: !(nowMs <= trigger.atMs + trigger.deadlineMs),
  }));
  return {
    late: told.filter(({ late }) => late).map(({ finding }) => finding),
    open: told.filter(({ late }) => !late).map(({ finding }) => finding),
  };
}

function findingOf({ seq, rollout, deadlineMs }: Trigger): Finding {
  return { check: CHECK, seq, rollout, message: `nothing says that the exposure is gone, within ${deadlineMs} ms` };
}
