import type { z } from 'zod';
import type { PreflightReport } from '../../control/application.ts';
import type { preflightSchema } from '../schemas/rollout.ts';

export function preflightView({ passed, at, items }: PreflightReport): z.infer<typeof preflightSchema> {
  return { passed, at, items: [...items] };
}
