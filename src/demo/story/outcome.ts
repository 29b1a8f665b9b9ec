import type { FeatureRecord } from '../shop/censusReport.ts';
import type { Entry, Status } from '../sluice/answers.ts';
import { compareWithSalt, type Exactness } from './exactness.ts';

export type Ending = 'COMPLETE' | 'ROLLED_BACK';

/** How a release ended, and whether that is how it had to end. Times in epoch ms. */
export type Outcome = {
  readonly feature: string;
  readonly expected: Ending;
  readonly wedgeState: Status['wedgeState'];
  readonly largestPercentage: number;
  readonly exactness: Exactness;
  /** Users whom the fault gave an error. */
  readonly hurt: number;
  readonly faultAtMs: number | null;
  /** The ledger's time of the rollback. */
  readonly detectedAtMs: number | null;
  /** The shop's time of the last request that was answered with the new variant. */
  readonly lastMetAtMs: number | null;
  readonly failedLookups: number;
  readonly isAsItMust: boolean;
};

export type Evidence = {
  readonly feature: string;
  readonly expected: Ending;
  readonly wedgeState: Status['wedgeState'];
  readonly ledger: readonly Entry[];
  readonly record: FeatureRecord;
  readonly salt: string;
  readonly users: readonly string[];
};

export function outcomeOf(evidence: Evidence): Outcome {
  const { feature, expected, wedgeState, ledger, record, salt, users } = evidence;
  const largestPercentage = Math.max(0, ...ledger.map((entry) => entry.percentageAfter ?? 0));
  const finalPercentage = expected === 'COMPLETE' ? largestPercentage : 0;
  const exactness = compareWithSalt(record, { salt, users, largestPercentage, finalPercentage });
  const reached = expected === 'COMPLETE' ? largestPercentage === 100 : record.faultAtMs !== null;
  const rolledBack = ledger.find((entry) => entry.type === 'rolledBack');
  return {
    feature,
    expected,
    wedgeState,
    largestPercentage,
    exactness,
    hurt: record.hurt.length,
    faultAtMs: record.faultAtMs,
    detectedAtMs: rolledBack === undefined ? null : Date.parse(rolledBack.at),
    lastMetAtMs: record.lastMetAtMs,
    failedLookups: record.failedLookups,
    isAsItMust: wedgeState === expected && reached && exactness.discrepancies.length === 0,
  };
}
