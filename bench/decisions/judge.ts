import type { PollCounts } from '../../src/domain/statistics/armCounts.ts';

/** Looks at each poll of a release, and says whether it rolls back now. It is asked no more once it did. */
export type Judge = (poll: PollCounts) => boolean;

/**
 * How far above the service's usual share of bad requests a fixed limit lies: half as much again. One figure for all limits in
 * all cells, with the usual share known exactly, which favours those who need one.
 */
const LIMIT_RATIO = 1.5;

export const fixedLimit = (usualShare: number) => LIMIT_RATIO * usualShare;
