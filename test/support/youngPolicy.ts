import { DEFAULT_POLICY, type Policy } from '../../src/domain/contract/policy.ts';

/**
 * The defaults, but for the look back before a start: an installation that a test has just made up has no two days behind it.
 * What the look back does has tests of its own.
 */
export const YOUNG_POLICY: Policy = { ...DEFAULT_POLICY, baselineWindowHours: 0 };
