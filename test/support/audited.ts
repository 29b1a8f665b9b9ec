import { ChainVerifier } from '../../src/domain/audit/chainVerifier.ts';
import { type AuditReport, type CheckId, findingText } from '../../src/domain/audit/report.ts';

/** What the independent verifier says of a chain, as it stands at this time. */
export function audited(chain: readonly unknown[], nowMs = Number.MAX_SAFE_INTEGER): AuditReport {
  const verifier = new ChainVerifier({});
  for (const entry of chain) verifier.take(entry);
  return verifier.report(nowMs);
}

/** Whatever is not as it should be, one line each; of one check, or of all but some. */
export function findingsIn(
  report: AuditReport,
  of: { readonly check?: CheckId; readonly but?: readonly CheckId[] } = {},
): readonly string[] {
  return report.checks
    .filter(({ check }) => (of.check ?? check) === check && !of.but?.includes(check))
    .flatMap(({ findings }) => findings.map(findingText));
}

/** The checks that do not pass. */
export const failedChecks = ({ checks }: AuditReport): readonly CheckId[] =>
  checks.flatMap(({ check, verdict }) => (verdict === 'PASS' ? [] : [check]));
