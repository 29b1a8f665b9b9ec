import { fixedLimit, type Judge } from './judge.ts';
import { POLLS_PER_MINUTE } from './polling.ts';
import { recentShare } from './recentShare.ts';

const WINDOW_POLLS = 5 * POLLS_PER_MINUTE;

/** A threshold checked at every poll, over the last five minutes: rolls back at the first value above it. */
export function threshold(usualShare: number): Judge {
  const share = recentShare(WINDOW_POLLS);
  const limit = fixedLimit(usualShare);
  let seen = 0;
  return ({ treatment }) => {
    const value = share(treatment);
    seen += 1;
    return seen >= WINDOW_POLLS && value > limit;
  };
}
