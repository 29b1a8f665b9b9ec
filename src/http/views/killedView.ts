import type { z } from 'zod';
import type { KillOutcome } from '../../control/application.ts';
import type { killedSchema } from '../schemas/feature.ts';
import { featureView } from './featureView.ts';

export function killedView({ key, recorded, feature }: KillOutcome): z.infer<typeof killedSchema> {
  return { key, killed: true, recorded, feature: feature === null ? null : featureView(feature) };
}
