import type { z } from 'zod';
import type { Tick } from '../../control/ports/rolloutRegister.ts';
import type { Verdict } from '../../domain/health/verdict.ts';
import { timeOf } from '../../domain/time.ts';
import type { measurementSchema } from '../schemas/measurement.ts';

type View = z.infer<typeof measurementSchema>;

/** `sli` null shows every indicator. */
export function measurementView({ poll, decision }: Tick, sli: string | null): View {
  const { kind, reason, row } = decision;
  const shown = poll.verdicts.filter((verdict) => sli === null || verdict.sli === sli);
  return { at: timeOf(poll.atMs), visit: poll.visit, decision: { kind, reason, row }, slis: shown.map(sliView) };
}

function sliView(verdict: Verdict): View['slis'][number] {
  return {
    id: verdict.sli,
    criterion: verdict.key,
    role: verdict.role,
    value: verdict.value,
    baseline: verdict.baseline,
    threshold: verdict.limit,
    verdict: verdict.outcome,
    reason: verdict.reason,
    samples: verdict.samples,
  };
}
