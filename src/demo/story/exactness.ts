import type { ExposureRecord, FeatureRecord } from '../shop/censusReport.ts';
import { bucketOf } from './bucket.ts';

/** What Sluice says of a rollout that is over. */
export type Claim = {
  readonly salt: string;
  /** Everyone who visits the shop, again and again. */
  readonly users: readonly string[];
  readonly largestPercentage: number;
  /** What the feature exposes now that it is over. */
  readonly finalPercentage: number;
};

/** The shop's own books held against what the salt says of every user. */
export type Exactness = {
  /** How many must have met the new variant: those below the largest threshold. */
  readonly expected: number;
  readonly met: number;
  /** Empty where both agree exactly. */
  readonly discrepancies: readonly string[];
};

export function compareWithSalt(record: FeatureRecord, claim: Claim): Exactness {
  const expected = below(claim, claim.largestPercentage);
  return {
    expected: expected.length,
    met: record.met.length,
    discrepancies: [
      ...setDifferences(`at ${claim.largestPercentage} %, the most there was,`, expected, record.met),
      ...record.exposures.flatMap((exposure) =>
        wronglyAnswered(exposure, thresholdIn(exposure, record, claim), claim.salt),
      ),
      ...largestSeen(record, claim),
    ],
  };
}

const thresholdOf = (percentage: number) => Math.round(percentage * 1000);

function below({ users, salt }: Claim, percentage: number): readonly string[] {
  return users.filter((user) => bucketOf(salt, user) < thresholdOf(percentage));
}

function setDifferences(when: string, expected: readonly string[], met: readonly string[]): readonly string[] {
  const [wanted, found] = [new Set(expected), new Set(met)];
  const missing = [...wanted.difference(found)];
  const extra = [...found.difference(wanted)];
  return [
    ...(missing.length > 0 ? [`${when} ${missing.length} users were never met: ${listed(missing)}`] : []),
    ...(extra.length > 0 ? [`${when} ${extra.length} users must not have been met: ${listed(extra)}`] : []),
  ];
}

/** Lookups name the percentage only while a rollout is live: before it nobody was exposed, after it the outcome holds. */
function thresholdIn(exposure: ExposureRecord, record: FeatureRecord, claim: Claim): number {
  if (exposure.percentage !== null) return thresholdOf(exposure.percentage);
  const isBefore = record.exposures.some((later) => later.version > exposure.version && later.percentage !== null);
  return isBefore ? 0 : thresholdOf(claim.finalPercentage);
}

/** Everyone who asked while this exposure held was answered as the bucket says. */
function wronglyAnswered(exposure: ExposureRecord, threshold: number, salt: string): readonly string[] {
  const wronglyOn = exposure.on.filter((user) => bucketOf(salt, user) >= threshold);
  const wronglyOff = exposure.off.filter((user) => bucketOf(salt, user) < threshold);
  const at = `at version ${exposure.version}, threshold ${threshold},`;
  return [
    ...(wronglyOn.length > 0 ? [`${at} on for users above it: ${listed(wronglyOn)}`] : []),
    ...(wronglyOff.length > 0 ? [`${at} off for users below it: ${listed(wronglyOff)}`] : []),
  ];
}

function largestSeen({ exposures }: FeatureRecord, { largestPercentage }: Claim): readonly string[] {
  const seen = Math.max(0, ...exposures.map((exposure) => exposure.percentage ?? 0));
  if (seen === largestPercentage) return [];
  return [`the ledger's largest exposure is ${largestPercentage} %, the lookups' is ${seen} %`];
}

const listed = (users: readonly string[]) => users.slice(0, 5).join(', ') + (users.length > 5 ? ', …' : '');
