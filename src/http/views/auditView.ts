import type { z } from 'zod';
import type { RolloutAudit } from '../../control/application.ts';
import type { rolloutAuditSchema } from '../schemas/audit.ts';

export function auditView({ report, verdicts, ...of }: RolloutAudit): z.infer<typeof rolloutAuditSchema> {
  const { verdict, entries, head } = report;
  return {
    ...of,
    verdict,
    entries,
    head,
    checks: report.checks.map((check) => ({
      ...check,
      findings: check.findings.map(({ seq, rollout, message }) => ({ seq, rollout, message })),
    })),
    verdicts: verdicts.map((recorded) => ({ ...recorded, findings: [...recorded.findings] })),
  };
}
