import type { z } from 'zod';
import type { CriterionPower } from '../../domain/power/criterionPower.ts';
import type { StagePower } from '../../domain/power/planPower.ts';
import type { criterionPowerSchema, stagePowerSchema } from '../schemas/power.ts';

export function criterionPowerView(power: CriterionPower): z.infer<typeof criterionPowerSchema> {
  return power.kind === 'comparison' ? { ...power, detections: [...power.detections] } : power;
}

export function stagePowerView({ criteria, ...stage }: StagePower): z.infer<typeof stagePowerSchema> {
  return { ...stage, criteria: criteria.map(criterionPowerView) };
}
